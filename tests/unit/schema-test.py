#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What vfprep prints and publishes is as docs/*.schema.json describe it, key by key.

    VFPREP_SOURCE=DIRECTORY schema-test.py VFPREP-FAKE
"""
import copy
import json
import os
import subprocess
import sys
import tempfile
import warnings

try:
    import jsonschema
except ImportError:
    print("skipped: there is no jsonschema for /usr/bin/python3; tests/setup installs it")
    sys.exit(77)
warnings.simplefilter("ignore", DeprecationWarning)  # newer ones than Debian 12's have no RefResolver

SOURCE = os.environ["VFPREP_SOURCE"]
CONFIG = """[Match]
Address=0000:01:00.0
[PF]
VirtualFunctions=3
[VF 0]
Team=web0
MACAddress=02:00:5e:10:00:01
Persistent=bridge:br100
GuestMemory=4G
[VF 1]
Team=%idb
[VF 2]
MACAddress=02:00:5e:10:00:03
"""

def closed_object(required, **properties):
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


def texts(**more):
    return {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1, **more}}


# What CDI's specification says of version 0.3.0, of as much of it as vfprep writes, and nothing beside it. CDI's own
# schema accepts unknown keys; its library does not, and cdi-library.sh asks that where it is.
NUMBER = {"type": "integer", "minimum": 0, "maximum": 4294967295}
CDI = closed_object(
    ["cdiVersion", "kind", "devices"],
    cdiVersion={"enum": ["0.3.0", "0.5.0"]},
    kind={"const": "vfprep.dev/team"},
    devices={"type": "array", "minItems": 1, "items": closed_object(
        ["name", "containerEdits"],
        name={"type": "string", "pattern": "^[A-Za-z0-9]([A-Za-z0-9_.:-]*[A-Za-z0-9])?$"},
        containerEdits=closed_object(
            ["deviceNodes", "mounts"],
            deviceNodes={"type": "array", "minItems": 2, "items": closed_object(
                ["path", "type", "permissions", "fileMode", "uid", "gid"],
                path={"type": "string", "pattern": "^/dev/vfio/(vfio|[0-9]+)$"}, type={"const": "c"},
                permissions={"type": "string", "pattern": "^[rwm]+$"},
                fileMode={"type": "integer", "minimum": 0, "maximum": 0o777}, uid=NUMBER, gid=NUMBER)},
            mounts={"type": "array", "items": closed_object(
                ["hostPath", "containerPath", "options"],
                hostPath={"type": "string", "pattern": "^/"}, containerPath={"type": "string", "pattern": "^/"},
                options=texts())},
            hooks={"type": "array", "minItems": 1, "items": closed_object(
                ["hookName", "path", "args", "timeout"], hookName={"const": "createRuntime"},
                path={"type": "string", "pattern": "^/"}, args=texts(), timeout={"type": "integer", "minimum": 1})}))})

GONE = object()

# What a reader must not meet: where, and a value that does not belong there (GONE: nothing).
BROKEN_TEAM = [
    (["version"], 2), (["version"], "1"), (["version"], GONE),
    (["team"], "-web0"), (["team"], "a" * 33), (["team"], GONE),
    (["mac"], "02:00:5E:10:00:01"), (["mac"], "01:00:5e:10:00:01"), (["mac"], "00:00:00:00:00:00"),
    (["mac"], "fe:00:5e:10:00:01"), (["mac"], GONE), (["boot_id"], 1), (["boot_id"], GONE),
    (["verified"], "true"), (["parked"], False),
    (["parking_mac"], "01:00:00:00:00:07"), (["parking_mac"], "02:00:00:00:00:07"), (["pf"], GONE), (["pf", "address"], "01:00.0"),
    (["pf", "vf"], -1), (["pf", "vf"], "0"), (["pf", "mtu"], 0), (["transient"], []),
    (["transient", "address"], "0000:01:20.0"), (["transient", "driver"], GONE),
    (["transient", "iommu_group"], "6"), (["transient", "iommu_group"], GONE),
    (["transient", "nodes"], []), (["transient", "nodes"], ["/dev/vfio/vfio"]),
    (["transient", "alias"], "web0_vf"), (["persistent", "alias"], GONE),
    (["persistent", "hint"], "bridge"), (["settings", "vlan"], 4096), (["settings", "qos"], GONE),
    (["settings", "vlan_protocol"], "802.1q"), (["settings", "trust"], 1),
    (["settings", "link_state"], "up"), (["settings", "max_rate_mbps"], 4294967296),
    (["container", "uid"], GONE), (["container", "uid"], 4294967295), (["container", "gid"], "0"),
    (["container", "mode"], 432), (["container", "mode"], "660"), (["guest_memory"], "4G"),
    (["guest_memory"], 4), (["guest_memory"], 70368744177665),
]
BROKEN_MACHINE = [
    (["version"], 2), (["vfio_pci"], GONE), (["pfs"], {}), (["teams"], GONE), (["pfs", 0], 1),
    (["pfs", 0, "address"], GONE), (["pfs", 0, "mac"], "none"), (["pfs", 0, "up"], 1),
    (["pfs", 0, "addr_gen_mode"], "EUI64"), (["pfs", 0, "numvfs"], -1),
    (["pfs", 0, "device"], "8086:10C9"), (["pfs", 0, "auto_macs", 0], "01:00:00:00:00:00"),
    (["pfs", 0, "altnames"], [1]), (["pfs", 0, "uppers"], "br0"), (["pfs", 0, "ifindex"], 0), (["pfs", 0, "name"], None),
    (["pfs", 0, "vfs", 0, "index"], 65535), (["pfs", 0, "vfs", 0, "in_use"], 1),
    (["pfs", 0, "vfs", 0, "node"], "/dev/vfio/"), (["pfs", 0, "vfs", 0, "node_mode"], "660"),
    (["pfs", 0, "vfs", 0, "node_uid"], GONE), (["pfs", 0, "vfs", 0, "driver"], ""),
    (["pfs", 0, "vfs", 0, "inode"], 0), (["pfs", 0, "vfs", 0, "team"], "a b"),
    (["pfs", 0, "vfs", 0, "made_by_vfprep"], False), (["pfs", 0, "record", "boot_id"], GONE),
    (["pfs", 0, "record", "making"], 0), (["pfs", 0, "record", "original", "vfs", 0, "index"], "0"),
    (["teams", 0, "version"], 2),
]

failures = []


def fail(text):
    failures.append(text)
    print("FAIL:", text)


def load(name):
    with open(os.path.join(SOURCE, name), encoding="utf-8") as f:
        return json.load(f)


def closed(schema):
    """The schema with every object closed, so that a key that it does not describe is an error."""
    if isinstance(schema, list):
        return [closed(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    result = {k: closed(v) for k, v in schema.items()}
    if "properties" in schema and schema.get("type") == "object":
        result["additionalProperties"] = False
    return result


class Schemas:
    def __init__(self, change=lambda s: s):
        self.all = {}
        for name in ("team", "machine"):
            self.all[name] = change(load(f"docs/{name}.schema.json"))
            jsonschema.Draft7Validator.check_schema(self.all[name])

    def errors(self, name, document, part=None):
        schema = self.all[name]
        store = {s["$id"]: s for s in self.all.values()}
        resolver = jsonschema.RefResolver(schema["$id"], schema, store=store)
        if part:
            schema = {"$ref": f"{schema['$id']}#/definitions/{part}"}
        validator = jsonschema.Draft7Validator(schema, resolver=resolver)
        return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}"
                for e in validator.iter_errors(document)]


def expect_valid(what, name, document, part=None):
    for kind, schemas in (("", OPEN), (" (closed)", CLOSED)):
        for error in schemas.errors(name, document, part):
            fail(f"{what}{kind}: {error}")


def expect_each_broken_is_refused(name, document, changes):
    for path, value in changes:
        broken = copy.deepcopy(document)
        place = broken
        for step in path[:-1]:
            place = place[step]
        if value is GONE:
            if path[-1] not in place:
                fail(f"{name}: there is no {path} to take away")
            place.pop(path[-1], None)
        else:
            place[path[-1]] = value
        if not OPEN.errors(name, broken):
            fail(f"{name}: accepted with {'nothing' if value is GONE else repr(value)} at {path}")


def run(directory, *arguments):
    """The output of vfprep on the machine in memory."""
    command = [sys.argv[1], *arguments]
    if arguments[0] != "raw":
        command += ["--rundir", f"{directory}/run"]
    result = subprocess.run(command, env={**os.environ, "FAKE_MACHINE": f"{directory}/machine"},
                            stdout=subprocess.PIPE, check=False)
    if result.returncode != 0:
        fail(f"{' '.join(arguments)}: exit code {result.returncode}")
    return result.stdout.decode()


def read(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def expect_cdi(directory):
    """Of all teams, and of each in its file; the names tell the version."""
    specs = [run(directory, "cdi")]
    for name in os.listdir(f"{directory}/run/cdi"):
        specs.append(json.dumps(read(f"{directory}/run/cdi/{name}")))
    if len(specs) != 3:
        fail("apply has not made 2 CDI devices")
    for spec in map(json.loads, specs):
        for error in jsonschema.Draft7Validator(CDI).iter_errors(spec):
            fail(f"CDI: {'/'.join(map(str, error.absolute_path))}: {error.message}")
        digit = any(d["name"][0].isdigit() for d in spec["devices"])
        if spec["cdiVersion"] != ("0.5.0" if digit else "0.3.0"):
            fail(f"CDI: version {spec['cdiVersion']} for {[d['name'] for d in spec['devices']]}")


def test_output(directory):
    os.makedirs(f"{directory}/conf")
    os.makedirs(f"{directory}/run")
    with open(f"{directory}/conf/10.conf", "w", encoding="utf-8") as f:
        f.write(CONFIG)
    expect_valid("list --json at first", "machine", json.loads(run(directory, "list", "--json")))
    run(directory, "apply", "--confdir", f"{directory}/conf")
    run(directory, "raw", "hold", "0000:01:10.2")
    run(directory, "raw", "unbind", "0000:01:10.4")
    expect_cdi(directory)
    machine = json.loads(run(directory, "list", "--json"))
    expect_valid("list --json after apply", "machine", machine)
    if len(machine["teams"]) != 2 or len(machine["pfs"][0]["vfs"]) != 3:
        fail("apply has not made 3 VFs and 2 teams")
    for team in machine["teams"]:
        expect_valid("team.json", "team", read(f"{directory}/run/teams/{team['team']}/team.json"))
    record = read(f"{directory}/run/state/0000:01:00.0.json")
    expect_valid("a saved record", "machine", record, "record")
    expect_each_broken_is_refused("machine", machine, BROKEN_MACHINE)
    web0 = [t for t in machine["teams"] if t["team"] == "web0"][0]
    expect_each_broken_is_refused("team", web0, BROKEN_TEAM)


def test_unknown_keys_are_fine(team):
    for place in (team, team["pf"], team["transient"], team["persistent"], team["container"],
                  team["settings"]):
        place["later"] = {"a": 1}
    if OPEN.errors("team", team):
        fail("a key that is not known yet is an error")
    if not CLOSED.errors("team", team):
        fail("this test does not notice keys that are not described")


OPEN = Schemas()
CLOSED = Schemas(closed)
full = load("tests/unit/machine/full.json")
expect_valid("full.json", "machine", full)
test_unknown_keys_are_fine(copy.deepcopy(full["teams"][1]))
with tempfile.TemporaryDirectory() as temporary:
    test_output(temporary)
print(f"{len(failures)} failures")
sys.exit(1 if failures else 0)
