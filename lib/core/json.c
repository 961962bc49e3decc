/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* json-c behind typed getters, with size and depth bounded. */
#include "core/json.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define DEPTH_MAX 16

static void tokener_freep(struct json_tokener **t)
{
	if (*t)
		json_tokener_free(*t);
}

/* json-c takes single quotes for quotes even where it is to be strict. */
static bool has_single_quotes(const char *text, size_t size)
{
	bool in_string = false;
	for (size_t i = 0; i < size; i++) {
		if (in_string && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			in_string = !in_string;
		else if (text[i] == '\'' && !in_string)
			return true;
	}
	return false;
}

int json_parse(const char *text, size_t size, size_t max, const char *subject,
	       struct json_object **ret, struct vfprep_problems *p)
{
	if (size > max || size > INT_MAX)
		return problem_add(p, -EINVAL, VFPREP_SYSTEM, subject, NULL,
				   "%zu bytes are more than the %zu that it may have", size, max);

	if (has_single_quotes(text, size))
		return problem_add(p, -EINVAL, VFPREP_SYSTEM, subject, NULL,
				   "not JSON: single quotes stand around a name or a value");
	CLEANUP(tokener_freep) struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	if (!tokener)
		return problem_add(p, -ENOMEM, VFPREP_SYSTEM, subject, NULL, "out of memory");
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	autojson object = json_tokener_parse_ex(tokener, text, (int)size);
	enum json_tokener_error error = json_tokener_get_error(tokener);
	if (error != json_tokener_success)
		return problem_add(p, -EINVAL, VFPREP_SYSTEM, subject, NULL,
				   "not JSON at byte %zu: %s", json_tokener_get_parse_end(tokener),
				   json_tokener_error_desc(error));
	for (size_t i = json_tokener_get_parse_end(tokener); i < size; i++) {
		if (!strchr(" \t\r\n", text[i]) || !text[i])
			return problem_add(p, -EINVAL, VFPREP_SYSTEM, subject, NULL,
					   "something stands behind the JSON, at byte %zu", i);
	}
	if (!json_object_is_type(object, json_type_object))
		return problem_add(p, -EINVAL, VFPREP_SYSTEM, subject, NULL, "not a JSON object");
	*ret = TAKE_PTR(object);
	return 0;
}

char *json_text(struct json_object *object, bool indented)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;
	if (indented)
		flags |= JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	const char *text = json_object_to_json_string_ext(object, flags);
	return text ? text_format("%s\n", text) : NULL;
}

/* The value of KEY if it has that type: 1, 0 when it is not there, -EINVAL. */
static int get_typed(struct json_object *object, const char *key, enum json_type type,
		     struct json_object **ret)
{
	struct json_object *value;
	if (!json_object_object_get_ex(object, key, &value))
		return 0;
	if (!json_object_is_type(value, type))
		return -EINVAL;
	*ret = value;
	return 1;
}

int json_value_text(struct json_object *value, const char **ret)
{
	if (!json_object_is_type(value, json_type_string))
		return -EINVAL;
	const char *text = json_object_get_string(value);
	if (strlen(text) != (size_t)json_object_get_string_len(value))
		return -EINVAL; /* a NUL in it */
	*ret = text;
	return 0;
}

int json_get_text(struct json_object *object, const char *key, const char **ret)
{
	struct json_object *value;
	if (!json_object_object_get_ex(object, key, &value))
		return 0;
	int r = json_value_text(value, ret);
	return r < 0 ? r : 1;
}

int json_get_text_or_null(struct json_object *object, const char *key, const char **ret)
{
	struct json_object *value;
	if (json_object_object_get_ex(object, key, &value) && !value) {
		*ret = NULL;
		return 1;
	}
	return json_get_text(object, key, ret);
}

int json_get_unsigned(struct json_object *object, const char *key, uint64_t max, uint64_t *ret)
{
	struct json_object *value;
	int r = get_typed(object, key, json_type_int, &value);
	if (r <= 0)
		return r;
	/* json-c clamps what does not fit: to UINT64_MAX, or to INT64_MIN for what is negative. */
	uint64_t number = json_object_get_uint64(value);
	if (json_object_get_int64(value) < 0 || number > max || number == UINT64_MAX)
		return -EINVAL;
	*ret = number;
	return 1;
}

int json_get_uint(struct json_object *object, const char *key, unsigned *ret)
{
	uint64_t value;
	int r = json_get_unsigned(object, key, UINT_MAX, &value);
	if (r == 1)
		*ret = (unsigned)value;
	return r;
}

int json_get_bool(struct json_object *object, const char *key, bool *ret)
{
	struct json_object *value;
	int r = get_typed(object, key, json_type_boolean, &value);
	if (r == 1)
		*ret = json_object_get_boolean(value);
	return r;
}

int json_get_mac(struct json_object *object, const char *key, uint8_t ret[static 6])
{
	const char *text;
	int r = json_get_text(object, key, &text);
	if (r <= 0)
		return r;
	r = mac_parse(text, ret);
	return r < 0 ? r : 1;
}

int json_get_address(struct json_object *object, const char *key, struct pci_address *ret)
{
	const char *text;
	int r = json_get_text(object, key, &text);
	if (r <= 0)
		return r;
	r = pci_address_parse(text, ret);
	return r < 0 ? r : 1;
}

int json_get_object(struct json_object *object, const char *key, struct json_object **ret)
{
	return get_typed(object, key, json_type_object, ret);
}

int json_get_array(struct json_object *object, const char *key, struct json_object **ret)
{
	return get_typed(object, key, json_type_array, ret);
}

int json_dup_text(struct json_object *object, const char *key, char **ret)
{
	const char *text;
	int r = json_get_text(object, key, &text);
	if (r <= 0)
		return r;
	r = text_replace(ret, text);
	return r < 0 ? r : 1;
}

int json_add(struct json_object *object, const char *key, struct json_object *value)
{
	if (!value)
		return -ENOMEM;
	if (json_object_object_add(object, key, value) < 0) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

/* What is no UTF-8 in it is '?', else nobody could read the whole. */
static struct json_object *new_text(const char *text)
{
	autofree char *copy = strdup(text);
	size_t n = copy ? strlen(copy) : 0;

	for (size_t i = 0; i < n;) {
		size_t length = text_utf8_length(copy + i, n - i);
		if (length == 0)
			copy[i] = '?';
		i += length ? length : 1;
	}
	return copy ? json_object_new_string_len(copy, (int)n) : NULL;
}

int json_add_text(struct json_object *object, const char *key, const char *text)
{
	return text ? json_add(object, key, new_text(text)) : 0;
}

int json_append_text(struct json_object *list, const char *text)
{
	struct json_object *value = new_text(text);

	if (value && json_object_array_add(list, value) == 0)
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

int json_add_text_or_null(struct json_object *object, const char *key, const char *text)
{
	if (text)
		return json_add_text(object, key, text);
	return json_object_object_add(object, key, NULL) < 0 ? -ENOMEM : 0;
}

int json_add_unsigned(struct json_object *object, const char *key, uint64_t value)
{
	return json_add(object, key, json_object_new_uint64(value));
}

int json_add_bool(struct json_object *object, const char *key, bool value)
{
	return json_add(object, key, json_object_new_boolean(value));
}

int json_add_mac(struct json_object *object, const char *key, const uint8_t mac[static 6])
{
	char text[MAC_TEXT];
	return json_add_text(object, key, mac_format(mac, text));
}

int json_add_address(struct json_object *object, const char *key, struct pci_address a)
{
	char text[PCI_ADDRESS_TEXT];
	return json_add_text(object, key, pci_address_format(a, text));
}
