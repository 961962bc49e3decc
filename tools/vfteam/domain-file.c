/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of a domain, from the file that is named or from stdin. */
#include "host/fd.h"
#include "host/files.h"
#include "tools/vfteam/cli.h"
#include "tools/vfteam/domain.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

const char *cli_domain_name(const char *operand)
{
	return strcmp(operand, "-") == 0 ? "stdin" : operand;
}

int cli_read_domain(const struct cli *cli, const char *operand, char **ret, size_t *ret_size)
{
	bool is_stdin = strcmp(operand, "-") == 0;
	const char *name = cli_domain_name(operand);
	autoclose int fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
				    : open(operand, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		int r = -errno;
		return problem_add(
			cli->problems, r, r == -ENOENT ? VFPREP_ABSENT : VFPREP_PERMISSION, name,
			r == -ENOENT ? "the domain comes first, then teams; '-' is stdin" : NULL,
			"cannot be opened: %s", strerror(-r));
	}
	int r = fd_read(fd, DOMAIN_MAX, ret, ret_size);
	if (r == -EFBIG)
		return problem_add(cli->problems, r, VFPREP_CONFIG, name, NULL,
				   "more than the %zu bytes that a domain may have", DOMAIN_MAX);
	if (r < 0)
		return problem_add(cli->problems, r, VFPREP_SYSTEM, name, NULL,
				   "cannot be read: %s", strerror(-r));
	return 0;
}
