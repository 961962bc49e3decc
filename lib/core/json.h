/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* json-c behind typed getters: whole numbers in range, strings without a NUL, no clamping. */
#ifndef CORE_JSON_H
#define CORE_JSON_H

#include "core/address.h"
#include "core/problem.h"

#include <json-c/json.h>

static inline void json_putp(struct json_object **object)
{
	json_object_put(*object);
}
#define autojson CLEANUP(json_putp) struct json_object *

/* Parses one whole text of at most MAX bytes that is an object: strict, nesting of at most 16. Of a
 * key that stands twice the last counts. SUBJECT names the text in the finding. Return: -EINVAL. */
int json_parse(const char *text, size_t size, size_t max, const char *subject,
	       struct json_object **ret, struct vfprep_problems *p);

/* The text of OBJECT on one line, ended by a newline, or indented. NULL when memory ran out. */
char *json_text(struct json_object *object, bool indented);

/* The text of a value that stands in no object, such as an item of an array. Return: -EINVAL. */
int json_value_text(struct json_object *value, const char **ret);

/* Each getter returns 1 and writes the value, 0 when the key is not there, or -EINVAL. A string
 * lives as long as the object. UINT64_MAX is no number: json-c makes it of what does not fit. */
int json_get_text(struct json_object *object, const char *key, const char **ret);
int json_get_unsigned(struct json_object *object, const char *key, uint64_t max, uint64_t *ret);
int json_get_uint(struct json_object *object, const char *key, unsigned *ret);
int json_get_bool(struct json_object *object, const char *key, bool *ret);
int json_get_mac(struct json_object *object, const char *key, uint8_t ret[static 6]);
int json_get_address(struct json_object *object, const char *key, struct pci_address *ret);
int json_get_object(struct json_object *object, const char *key, struct json_object **ret);
int json_get_array(struct json_object *object, const char *key, struct json_object **ret);
/* As json_get_text, but a null is a value too: 1 with *RET NULL. */
int json_get_text_or_null(struct json_object *object, const char *key, const char **ret);
/* A copy for the caller to free; *RET is left alone when the key is not there. Return: also
 * -ENOMEM. */
int json_dup_text(struct json_object *object, const char *key, char **ret);

/* Each adds a key and returns 0 or -ENOMEM. A NULL text adds nothing, and what is no UTF-8 in one
 * becomes '?'. json_add takes VALUE over, also when it fails; a NULL VALUE is -ENOMEM. */
int json_add(struct json_object *object, const char *key, struct json_object *value);
int json_add_text(struct json_object *object, const char *key, const char *text);
/* A NULL text is a null. */
int json_add_text_or_null(struct json_object *object, const char *key, const char *text);
/* At the end of an array, likewise. */
int json_append_text(struct json_object *list, const char *text);
int json_add_unsigned(struct json_object *object, const char *key, uint64_t value);
int json_add_bool(struct json_object *object, const char *key, bool value);
int json_add_mac(struct json_object *object, const char *key, const uint8_t mac[static 6]);
int json_add_address(struct json_object *object, const char *key, struct pci_address a);

#endif
