/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Readers that had to be left behind: while one waits for a device, no other is sent after it, so
 * that a list every minute does not fill the machine with processes that nobody can kill. */
#ifndef HOST_STUCK_H
#define HOST_STUCK_H

#include "core/address.h"

#include <sys/types.h>

/* Notes in the run directory that process PID is left behind at that function. Where it cannot be
 * written, as by an ordinary user, nothing is noted. */
void stuck_note(int root_fd, int rundir_fd, struct pci_address address, pid_t pid);

/* Does a reader that was left behind at that function still wait? */
bool stuck_is_there(int root_fd, int rundir_fd, struct pci_address address);

/* Has any reader been noted? Else no function need be asked about. */
bool stuck_any(int rundir_fd);

#endif
