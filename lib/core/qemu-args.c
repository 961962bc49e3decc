/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of a QEMU: which domain it is, and the two sides of its teams. */
#include "core/qemu-args.h"

#include "core/cmdline.h"
#include "core/json.h"

#include <errno.h>
#include <string.h>

#define JSON_MAX (64 * 1024)

static void device_clear(struct qemu_device *d)
{
	free(d->id);
	free(d->pair);
	free(d->mac);
	*d = (struct qemu_device){ 0 };
}

void qemu_args_clear(struct qemu_args *a)
{
	for (size_t i = 0; i < a->n; i++)
		device_clear(&a->devices[i]);
	free(a->devices);
	free(a->name);
	free(a->uuid);
	*a = (struct qemu_args){ 0 };
}

/* The value of KEY in "FIRST,key=value,...", where ",," is a comma and FIRST may stand for the
 * value of IMPLIED; a key without '=' is "on". NULL: it is not there; the caller frees it. */
static char *get_value(const char *arg, const char *key, const char *implied)
{
	autofree char *copy = strdup(arg);
	char *found = NULL;
	bool first = true;

	for (char *at = copy; at && *at; first = false) {
		char *to = at, *from = at;
		for (; *from && (*from != ',' || from[1] == ','); from++) {
			from += *from == ',';
			*to++ = *from;
		}
		char *next = *from ? from + 1 : from;
		*to = '\0';
		char *equals = strchr(at, '=');
		if (equals)
			*equals = '\0';
		const char *name = equals ? at : first ? implied : at;
		const char *value = equals ? equals + 1 : first ? at : "on";
		if (text_equal(name, key)) {
			free(found); /* the last one counts, as with QEMU */
			found = strdup(value);
		}
		at = next;
	}
	return found;
}

static bool is_true(const char *value)
{
	return text_equal(value, "on") || text_equal(value, "yes") || text_equal(value, "true");
}

static bool begins(const char *text, const char *with)
{
	return text && strncmp(text, with, strlen(with)) == 0;
}

/* What a device says of itself, by name. */
struct properties {
	char *driver, *host;
	struct qemu_device device;
};

static void properties_clear(struct properties *p)
{
	free(p->driver);
	free(p->host);
	device_clear(&p->device);
}

static void read_words(const char *arg, struct properties *p)
{
	autofree char *failover = get_value(arg, "failover", "driver");

	p->driver = get_value(arg, "driver", "driver");
	p->host = get_value(arg, "host", "driver");
	p->device.id = get_value(arg, "id", "driver");
	p->device.pair = get_value(arg, "failover_pair_id", "driver");
	p->device.mac = get_value(arg, "mac", "driver");
	p->device.failover = is_true(failover);
}

static void read_json(const char *arg, struct properties *p)
{
	autojson o = NULL;
	bool failover = false;

	if (json_parse(arg, strlen(arg), JSON_MAX, NULL, &o, NULL) < 0)
		return;
	(void)json_dup_text(o, "driver",
			    &p->driver); /* what is no text is as if it were not there */
	(void)json_dup_text(o, "host", &p->host);
	(void)json_dup_text(o, "id", &p->device.id);
	(void)json_dup_text(o, "failover_pair_id", &p->device.pair);
	(void)json_dup_text(o, "mac", &p->device.mac);
	if (json_get_bool(o, "failover", &failover) > 0)
		p->device.failover = failover;
}

static int add_device(const char *arg, struct qemu_args *to)
{
	CLEANUP(properties_clear) struct properties p = { 0 };

	if (*arg == '{')
		read_json(arg, &p);
	else
		read_words(arg, &p);
	/* Failover is tried with emulated NICs in the place of a VF, too. */
	p.device.is_nic = begins(p.driver, "virtio-net") && !p.device.pair;
	if (!p.device.is_nic && !p.device.pair && !begins(p.driver, "vfio-pci"))
		return 0;
	p.device.has_address = p.host && cmdline_address(p.host, &p.device.address) == 0;
	struct qemu_device *d = array_add(&to->devices, &to->n, sizeof(*d));
	if (!d)
		return -ENOMEM;
	*d = p.device;
	p.device = (struct qemu_device){ 0 };
	return 0;
}

/* ARG stands behind OPTION. */
static int take_option(const char *option, const char *arg, struct qemu_args *to)
{
	if (strcmp(option, "-device") == 0)
		return add_device(arg, to);
	if (strcmp(option, "-machine") == 0 || strcmp(option, "-M") == 0)
		to->is_qemu = true;
	if (strcmp(option, "-uuid") == 0)
		return text_replace(&to->uuid, arg);
	if (strcmp(option, "-name") == 0) {
		free(to->name);
		to->name = get_value(arg, "guest", "guest");
	}
	return 0;
}

int qemu_args_read(const char *bytes, size_t size, struct qemu_args *ret)
{
	CLEANUP(qemu_args_clear) struct qemu_args a = { 0 };
	autofree char *text = malloc(size + 1);
	const char *option = NULL;
	int r = 0;

	if (!text)
		return -ENOMEM;
	memcpy(text, bytes, size);
	text[size] = '\0';
	for (const char *at = text; r == 0 && at < text + size; at += strlen(at) + 1) {
		r = option ? take_option(option, at, &a) : 0;
		option = *at == '-' ? at : NULL;
	}
	if (r < 0)
		return r;
	*ret = a;
	a = (struct qemu_args){ 0 };
	return 0;
}

const struct qemu_device *qemu_args_pair(const struct qemu_args *a, const struct qemu_device *vf)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct qemu_device *d = &a->devices[i];
		if (d->is_nic && d->id && text_equal(d->id, vf->pair))
			return d;
	}
	return NULL;
}
