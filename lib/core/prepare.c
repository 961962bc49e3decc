/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A command line as the file that it stands for: so the same keys are checked in the same way. */
#include "core/prepare.h"

#include "core/desire-internal.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static const struct {
	const char *option, *key;
} value_table[] = {
	[PREPARE_TEAM] = { "--team", "Team" },
	[PREPARE_MAC] = { "--mac", "MACAddress" },
	[PREPARE_DRIVER] = { "--driver", "Driver" },
	[PREPARE_OWNER] = { "--owner", "Owner" },
	[PREPARE_GROUP] = { "--group", "Group" },
	[PREPARE_MODE] = { "--mode", "Mode" },
	[PREPARE_PERSISTENT] = { "--persistent", "Persistent" },
	[PREPARE_CONTAINER_OWNER] = { "--container-owner", "ContainerOwner" },
	[PREPARE_CONTAINER_GROUP] = { "--container-group", "ContainerGroup" },
	[PREPARE_GUEST_MEMORY] = { "--guest-memory", "GuestMemory" },
};
static_assert(ARRAY_SIZE(value_table) == PREPARE_COUNT, "a row per value");

/* The file's lines before its keys, and the name that its findings have. */
#define HEAD_LINES 3
#define FILE_NAME  "options"

const char *prepare_option(enum prepare_value value)
{
	return value_table[value].option;
}

/* Each value on a line of its own, whether it is given or not. */
static char *make_file(const struct prepare_request *request, const struct pf *pf, unsigned index)
{
	autostrbuf b = { 0 };
	char address[PCI_ADDRESS_TEXT];

	strbuf_addf(&b, "[Match]\nAddress=%s\n", pci_address_format(pf->address, address));
	if (index == VF_SELF)
		strbuf_add(&b, "[NIC]\n");
	else
		strbuf_addf(&b, "[VF %u]\n", index);
	for (unsigned i = 0; i < PREPARE_COUNT; i++) {
		const char *value = request->values[i];
		bool driver = i == PREPARE_DRIVER && !request->values[PREPARE_TEAM];
		if (i == PREPARE_MAC && index == VF_SELF) /* a NIC has its own */
			value = NULL;
		if (!value && driver)
			value = "vfio-pci";
		if (value)
			strbuf_addf(&b, "%s=%s", value_table[i].key, value);
		strbuf_add(&b, "\n");
	}
	return strbuf_take(&b);
}

/* A value that is more than one line would be more than one key. */
static int check_values(const struct prepare_request *request, struct vfprep_problems *p)
{
	int r = 0;
	for (unsigned i = 0; i < PREPARE_COUNT; i++) {
		const char *value = request->values[i];
		bool empty = value && !value[strspn(value, " \t")];
		if (empty || (value && value[strcspn(value, "\n")]))
			r = problem_add(p, -EINVAL, VFPREP_CONFIG, value_table[i].option, NULL,
					"the value is %s", empty ? "empty" : "more than a line");
	}
	return r;
}

/* Findings about a line are about an option, and of other lines they say too much. */
static void tell(const struct vfprep_problems *found, struct vfprep_problems *p)
{
	for (size_t i = 0; i < vfprep_problems_count(found); i++) {
		struct vfprep_problem f = vfprep_problems_get(found, i);
		const char *colon = strchr(f.subject, ':');
		unsigned line;
		if (strncmp(f.subject, FILE_NAME ":", strlen(FILE_NAME ":")) == 0 &&
		    text_to_unsigned(colon + 1, 10, HEAD_LINES + 1, HEAD_LINES + PREPARE_COUNT,
				     &line) == 0)
			f.subject = value_table[line - HEAD_LINES - 1].option;
		const char *other = strstr(f.message, " in line ");
		(void)problem_add(p, 0, f.fault, f.subject, other ? NULL : f.advice, "%.*s",
				  other ? (int)(other - f.message) : (int)strlen(f.message),
				  f.message);
	}
}

static int read_file(const struct prepare_request *request, const struct pf *pf, unsigned index,
		     struct vfprep_config **ret, struct vfprep_problems *p)
{
	autofree char *text = make_file(request, pf, index);
	autoproblems found = vfprep_problems_new();
	autoconfig config = config_new();

	if (!text || !found || !config)
		return -ENOMEM;
	int r = config_add_file(config, FILE_NAME, text, strlen(text), request->names, found);
	if (r < 0)
		return r;
	tell(found, p);
	if (problems_any(found))
		return -EINVAL;
	*ret = TAKE_PTR(config);
	return 0;
}

/* A NIC has the MAC that it has; what is asked for is compared with it. */
static int want_mac_of_nic(const char *text, struct vf *self, struct vfprep_problems *p)
{
	if (!text)
		return 0;
	if (mac_parse(text, self->settings.mac) < 0)
		return problem_add(p, -EINVAL, VFPREP_CONFIG, value_table[PREPARE_MAC].option,
				   "leave it out: a NIC that is no VF keeps its permanent MAC",
				   "'%s' is no MAC address", text);
	self->settings.present |= 1u << SETTING_MAC;
	return 0;
}

/* Leaves in WANT nothing but VF INDEX, and for a VF that its PF is up. */
static int trim(struct pf *want, unsigned index)
{
	if (index == VF_SELF) {
		pf_drop_vfs(want);
		want->has = 0;
		return want->self ? 0 : -ENODEV;
	}
	struct vf *vf = pf_find_vf(want, index);
	struct vf copy;
	int r = vf ? vf_copy(vf, &copy) : -ENODEV;
	if (r < 0)
		return r;
	pf_drop_vfs(want);
	pf_drop_self(want);
	want->has &= PF_LINK | PF_ADDR_GEN_MODE;
	vf = pf_add_vf(want, index);
	if (!vf) {
		vf_clear(&copy);
		return -ENOMEM;
	}
	*vf = copy;
	return 0;
}

/* The VF or NIC that is there under a name. */
static int find_there(const struct vfprep_machine *actual, const char *name,
		      const struct pf **ret_pf, unsigned *ret_index, struct vfprep_problems *p)
{
	int r = operand_find(actual, name, ret_pf, ret_index, p);

	if (r < 0 || pf_find_vf(*ret_pf, *ret_index))
		return r;
	return problem_add(p, -ENODEV, VFPREP_UNSUPPORTED, name,
			   "name a VF, or a NIC that is no VF",
			   "no network card and no VF is there under that name");
}

int desire_prepare(const struct prepare_request *request, const struct vfprep_machine *actual,
		   struct vfprep_machine **ret_wanted, struct vfprep_problems *p)
{
	autoconfig config = NULL;
	automachine wanted = NULL;
	const struct pf *pf;
	unsigned index;

	int r = find_there(actual, request->name, &pf, &index, p);
	if (r == 0)
		r = check_values(request, p);
	if (r < 0)
		return r;
	autoproblems found = vfprep_problems_new();
	r = found ? read_file(request, pf, index, &config, p) : -ENOMEM;
	if (r == 0)
		r = desire_from_config(config, actual, &pf->address, 1, false, &wanted, found);
	if (found)
		tell(found, p);
	if (r < 0)
		return r;
	struct pf *want = machine_find_pf(wanted, pf->address);
	if (!want)
		return -EINVAL; /* the finding is there */
	r = trim(want, index);
	if (r < 0)
		return r;
	struct vf *vf = pf_find_vf(want, index);
	vf->prepared = true;
	if (index == VF_SELF)
		r = want_mac_of_nic(request->values[PREPARE_MAC], vf, p);
	if (r < 0)
		return r;
	*ret_wanted = TAKE_PTR(wanted);
	return 0;
}

int desire_driver(const struct driver_request *request, const struct vfprep_machine *actual,
		  struct vfprep_machine **ret_wanted, struct vfprep_problems *p)
{
	automachine wanted = machine_new();
	const struct pf *pf;
	unsigned index;

	int r = find_there(actual, request->name, &pf, &index, p);
	if (r < 0)
		return r;
	struct pf *want = wanted ? machine_add_pf(wanted, pf->address) : NULL;
	struct vf *vf = want ? pf_add_vf(want, index) : NULL;
	if (!vf)
		return -ENOMEM;
	vf->function.address = pf_find_vf(pf, index)->function.address;
	vf->function.has = FUNCTION_DRIVER | (request->driver ? FUNCTION_OVERRIDE : 0);
	vf->prepared = true;
	const char *driver = request->driver;
	if (text_equal(driver, "auto"))
		r = want_auto_driver(pf, false, vf, &driver, p);
	if (r == 0)
		r = text_replace(&vf->function.driver, driver);
	if (r == 0)
		r = text_replace(&vf->function.override, driver);
	if (r < 0)
		return r;
	*ret_wanted = TAKE_PTR(wanted);
	return 0;
}
