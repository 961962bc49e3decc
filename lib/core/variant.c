/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which VFIO driver is the best for a device. The rule is libvirt's, so that a device has the same
 * driver whoever prepares it: virPCIDeviceFindBestVFIOVariant() and virPCIDeviceFindDriver() in
 * src/util/virpci.c, as of 11.3.0 (the rule is there since 10.0.0). A field of a pattern either is
 * "*", and that alone, or has to be equal: it is no glob. Of several that fit the one with the
 * fewest "*" counts, and of those the first line. */
#include "core/variant.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define LINE_PREFIX     "alias vfio_pci:"
#define MODALIAS_PREFIX "pci:"
#define DEFAULT_MODULE  "vfio_pci"

static const char *const field_names[MODALIAS_FIELDS] = { "v", "d", "sv", "sd", "bc", "sc", "i" };

static const char blanks[] = " \t\n";

/* Before they are loaded modules do not tell what they call their drivers. Those of
 * drivers/vfio/pci in Linux (hisilicon, ism, mlx5, nvgrace-gpu, pds, qat, virtio) take the module's
 * name but these: vfio_pci.c and xe/main.c. */
static const struct {
	const char *module, *driver;
} driver_names[] = {
	{ DEFAULT_MODULE, "vfio-pci" },
	{ "xe_vfio_pci", "xe-vfio-pci" },
};

void variants_clear(struct variants *v)
{
	for (size_t i = 0; i < v->n; i++) {
		free(v->items[i].text);
		free(v->items[i].module);
	}
	free(v->items);
	*v = (struct variants){ 0 };
}

/* A name starts at its field, and the digits are capitals: the next name ends it. */
static bool parse(const char *text, struct modalias *ret)
{
	const char *at = text;

	for (size_t i = 0; i < MODALIAS_FIELDS; i++) {
		size_t name = strlen(field_names[i]);
		if (strncmp(at, field_names[i], name) != 0)
			return false;
		at += name;
		const char *end = i + 1 < MODALIAS_FIELDS ? strstr(at, field_names[i + 1])
							  : at + strcspn(at, blanks);
		if (!end)
			return false;
		ret->fields[i] = (struct modalias_field){ at, (size_t)(end - at) };
		at = end;
	}
	return true;
}

static bool is(const struct modalias_field *field, const char *text)
{
	return field->length == strlen(text) && memcmp(field->at, text, field->length) == 0;
}

/* It becomes part of a path, and libkmod is asked for it. */
static bool is_module_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-";
	return *name && !name[strspn(name, letters)];
}

/* "PATTERN MODULE", which is changed. */
static int add_variant(struct variants *v, char *rest)
{
	char *name = rest + strcspn(rest, blanks);
	struct modalias parsed;

	if (*name)
		*name++ = '\0';
	name += strspn(name, blanks);
	name[strcspn(name, blanks)] = '\0';
	if (!is_module_name(name))
		return 0;
	autofree char *text = strdup(rest);
	autofree char *module = strdup(name);
	if (!text || !module)
		return -ENOMEM;
	if (!parse(text, &parsed))
		return 0;
	struct variant *item = array_add(&v->items, &v->n, sizeof(*item));
	if (!item)
		return -ENOMEM;
	*item = (struct variant){ TAKE_PTR(text), parsed, TAKE_PTR(module) };
	return 0;
}

int variants_read(struct variants *v, const char *text, size_t size)
{
	const size_t prefix = strlen(LINE_PREFIX);

	v->known = true;
	for (const char *end, *line = text; size; size -= (size_t)(end - line), line = end) {
		end = memchr(line, '\n', size);
		end = end ? end + 1 : line + size;
		size_t length = (size_t)(end - line);
		if (length <= prefix || memcmp(line, LINE_PREFIX, prefix) != 0)
			continue;
		autofree char *rest = strndup(line + prefix, length - prefix);
		int r = rest ? add_variant(v, rest) : -ENOMEM;
		if (r < 0)
			return r;
	}
	return 0;
}

/* How many "*" it took; -1: it does not fit. */
static int count_wildcards(const struct modalias *pattern, const struct modalias *device)
{
	int count = 0;

	for (size_t i = 0; i < MODALIAS_FIELDS; i++) {
		const struct modalias_field *want = &pattern->fields[i], *have = &device->fields[i];
		if (is(want, "*"))
			count++;
		else if (is(have, "?") || want->length != have->length ||
			 memcmp(want->at, have->at, have->length) != 0)
			return -1;
	}
	return count;
}

const char *variants_find(const struct variants *v, const char *modalias)
{
	const size_t prefix = strlen(MODALIAS_PREFIX);
	const char *best = DEFAULT_MODULE;
	int fewest = INT_MAX;
	struct modalias device;

	if (!v->known || strncmp(modalias, MODALIAS_PREFIX, prefix) != 0 ||
	    !parse(modalias + prefix, &device))
		return NULL;
	for (size_t i = 0; i < v->n; i++) {
		int count = count_wildcards(&v->items[i].pattern, &device);
		if (count >= 0 && count < fewest) {
			fewest = count;
			best = v->items[i].module;
		}
	}
	return best;
}

/* A VF has its PF's vendor, and the device that the PF's SR-IOV capability names. Subsystem and
 * class are those of VF 0, which is not there yet; and PCI Express (4.0, 9.3.4.1) does not even
 * want that all VFs have one subsystem: pci_read_vf_config_common(), drivers/pci/iov.c. */
char *modalias_of_vf_to_come(unsigned vendor, unsigned device)
{
	return text_format("pci:v%08Xd%08Xsv?sd?bc?sc?i?", vendor, device);
}

const char *module_driver_name(const char *module)
{
	for (size_t i = 0; i < ARRAY_SIZE(driver_names); i++) {
		if (strcmp(driver_names[i].module, module) == 0)
			return driver_names[i].driver;
	}
	return module;
}
