#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Records netlink messages to the byte, and compares what was recorded.

    netlink.py ask INTERFACE [with-stats]   the kernel's reply about an interface and its VFs, to stdout
    netlink.py sent TRACE DIRECTORY         the changes of VFs in a trace by strace -e trace=sendmsg -e write=all, into
                                            files there whose names are on stdin
    netlink.py compare RECORDED NEW         of directories: what has to be equal is; says of each file that is not
"""
import os
import re
import socket
import struct
import sys

RTM_NEWLINK, RTM_GETLINK, RTM_SETLINK = 16, 18, 19
NLM_F_REQUEST = 1
IFLA_VFINFO_LIST, IFLA_NUM_VF, IFLA_EXT_MASK, IFLA_VF_INFO = 22, 21, 29, 1
RTEXT_FILTER_VF, RTEXT_FILTER_SKIP_STATS = 1, 8
HEADER, INFO, ATTRIBUTE = struct.Struct("=IHHII"), struct.Struct("=BxHiII"), struct.Struct("=HH")
ATTRIBUTES = HEADER.size + INFO.size
LONGEST = 1 << 20
PORT = 1  # so that it is no other one each time


def ask(interface, with_stats=False):
    """As nl_link_get_vfs() does, or with the counters, which others ask for."""
    mask = RTEXT_FILTER_VF | (0 if with_stats else RTEXT_FILTER_SKIP_STATS)
    body = INFO.pack(socket.AF_UNSPEC, 0, socket.if_nametoindex(interface), 0, 0)
    body += ATTRIBUTE.pack(8, IFLA_EXT_MASK) + struct.pack("=I", mask)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LONGEST)
        s.bind((PORT, 0))
        s.send(HEADER.pack(HEADER.size + len(body), RTM_GETLINK, NLM_F_REQUEST, 1, PORT) + body)
        reply = s.recv(LONGEST)
    length, kind, *_ = HEADER.unpack_from(reply)
    if kind != RTM_NEWLINK or length != len(reply):
        sys.exit(f"{interface}: {len(reply)} bytes with a message of type {kind} and length {length}")
    return reply


def sent(trace):
    """The messages with a list of VFs among the buffers that strace shows, in their order."""
    found = []
    for part in trace.split(" bytes in buffer ")[1:]:
        rows = re.findall(r"^ \| [0-9a-f]+  ((?:[0-9a-f]{2} {1,2}){1,16})", part, re.MULTILINE)
        message = bytes.fromhex("".join(rows))
        _, kind, *_ = HEADER.unpack_from(message)
        if kind in (RTM_NEWLINK, RTM_SETLINK) and find(message, IFLA_VFINFO_LIST) is not None:
            found.append(message)
    return found


def save(messages, names, into):
    if len(messages) != len(names):
        sys.exit(f"{len(messages)} changes of VFs were sent, not {len(names)}")
    for name, message in zip(names, messages):
        with open(os.path.join(into, name), "wb") as f:
            f.write(message)


def find(message, wanted):
    """Where the first attribute of that type begins."""
    at = ATTRIBUTES
    while at + ATTRIBUTE.size <= len(message):
        length, kind = ATTRIBUTE.unpack_from(message, at)
        if kind == wanted:
            return at
        if length < ATTRIBUTE.size:
            break
        at += (length + 3) & ~3
    return None


def what_counts(message):
    """Without what differs from boot to boot and from host to host, such as interface, address and counters.

    Of a reply these are the bytes from the number of VFs to the end of their list, which may have wrapped: its length
    is not what says where it ends. Of a request they are all attributes."""
    _, kind, flags, *_ = HEADER.unpack_from(message)
    family, link_type, _, link_flags, change = INFO.unpack_from(message, HEADER.size)
    begin = find(message, IFLA_NUM_VF)
    if begin is None:
        return kind, flags, family, link_type, link_flags, change, message[ATTRIBUTES:]
    end = find(message, IFLA_VFINFO_LIST)
    if end is None:
        return kind, flags, family, link_type, message[begin:begin + 8]
    end += ATTRIBUTE.size
    while end < len(message):
        length, attribute = ATTRIBUTE.unpack_from(message, end)
        if attribute != IFLA_VF_INFO:
            break
        end += length
    return kind, flags, family, link_type, message[begin:end]


def read(path):
    with open(path, "rb") as f:
        return f.read()


def compare(recorded, new):
    names = sorted(set(os.listdir(recorded)) | set(os.listdir(new)))
    bad = 0
    for name in names:
        paths = [os.path.join(d, name) for d in (recorded, new)]
        if not all(os.path.exists(p) for p in paths):
            verdict = "is not on both sides"
        elif what_counts(read(paths[0])) != what_counts(read(paths[1])):
            verdict = "differs"
        else:
            continue
        print(f"{name} {verdict}")
        bad += 1
    if not names or bad:
        sys.exit(f"{bad} of {len(names)} are not as recorded")
    print(f"{len(names)} are as recorded")


def main(verb, *arguments):
    if verb == "ask":
        sys.stdout.buffer.write(ask(arguments[0], arguments[1:] == ("with-stats",)))
    elif verb == "sent":
        trace, into = arguments
        save(sent(read(trace).decode()), sys.stdin.read().split(), into)
    elif verb == "compare":
        compare(*arguments)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
