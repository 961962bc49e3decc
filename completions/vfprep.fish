# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of vfprep for fish; tests/cli/documents.sh compares its options with the program's.

function __vfprep_pfs
    for file in /sys/bus/pci/devices/*/sriov_totalvfs
        basename (dirname $file)
    end
end

function __vfprep_teams
    for dir in /run/vfprep/teams/*/
        basename $dir
    end
end

# VFs, and NICs that are none.
function __vfprep_devices
    for dir in /sys/bus/pci/devices/*
        if test -e $dir/physfn; or string match -q '0x02*' (cat $dir/class)
            basename $dir
        end
    end
end

complete -c vfprep -f
complete -c vfprep -n __fish_use_subcommand -s h -l help -d 'show help'
complete -c vfprep -n __fish_use_subcommand -l version -d 'print the version'
complete -c vfprep -n __fish_use_subcommand -a list -d 'show the PFs, their VFs and their teams'
complete -c vfprep -n __fish_use_subcommand -a check -d 'check the configuration and this host'
complete -c vfprep -n __fish_use_subcommand -a plan -d 'show the steps that apply would take'
complete -c vfprep -n __fish_use_subcommand -a apply -d 'make this machine what the configuration asks for'
complete -c vfprep -n __fish_use_subcommand -a prepare -d 'prepare one VF or NIC, without a configuration file'
complete -c vfprep -n __fish_use_subcommand -a release -d 'put back what was there before vfprep'
complete -c vfprep -n __fish_use_subcommand -a verify -d 'compare the machine with what is published'
complete -c vfprep -n __fish_use_subcommand -a cdi -d 'print what is published for container engines'
complete -c vfprep -n __fish_use_subcommand -a oci-hook -d 'ready a container for its teams, as an OCI hook'
complete -c vfprep -n __fish_use_subcommand -a park -d "put another MAC on a team's VF while it is unplugged"
complete -c vfprep -n __fish_use_subcommand -a unpark -d "put the team's MAC back on its VF"
complete -c vfprep -n __fish_use_subcommand -a udev-query -d 'tell udev whose a prepared VF is'

complete -c vfprep -n '__fish_seen_subcommand_from list check plan apply prepare release verify park unpark' -l json -d 'print JSON for programs'
complete -c vfprep -n '__fish_seen_subcommand_from list check plan verify' -l machine -r -F -d 'work on the output of list --json'
complete -c vfprep -n '__fish_seen_subcommand_from plan' -l exit-code -d 'exit 10 when something is to do'
complete -c vfprep -n '__fish_seen_subcommand_from cdi' -l hook-file -d 'print a file for hooks.d instead'
complete -c vfprep -n '__fish_seen_subcommand_from cdi' -l run-options -d 'print options for podman run instead'
complete -c vfprep -n '__fish_seen_subcommand_from check' -l config-only -d 'check the configuration files alone'
complete -c vfprep -n '__fish_seen_subcommand_from apply prepare release park unpark' -s n -l dry-run -d 'print the steps and do nothing'
complete -c vfprep -n '__fish_seen_subcommand_from release' -l all -d 'everything that vfprep changed'
complete -c vfprep -n '__fish_seen_subcommand_from prepare' -l team -x -d 'publish it under that name'
complete -c vfprep -n '__fish_seen_subcommand_from prepare' -l mac -x -a 'auto none' -d 'an address, auto or none'
complete -c vfprep -n '__fish_seen_subcommand_from prepare' -l driver -x -a 'vfio-pci auto none' -d 'bind it to that driver (vfio-pci), auto or none'
complete -c vfprep -n '__fish_seen_subcommand_from prepare' -l owner -x -a '(__fish_complete_users)' -d 'who gets the device node of its group'
complete -c vfprep -n '__fish_seen_subcommand_from prepare' -l group -x -a '(__fish_complete_groups)' -d 'which group gets it'
complete -c vfprep -n '__fish_seen_subcommand_from prepare' -l mode -x -d 'its permissions, as 0660'
complete -c vfprep -n '__fish_seen_subcommand_from prepare' -l persistent -x -d 'what the virtio side is connected to'
complete -c vfprep -n '__fish_seen_subcommand_from prepare' -l container-owner -x -a '(__fish_complete_users)' -d 'who has the node in a container'
complete -c vfprep -n '__fish_seen_subcommand_from prepare' -l container-group -x -a '(__fish_complete_groups)' -d 'which group has it there'
complete -c vfprep -n '__fish_seen_subcommand_from prepare' -l guest-memory -x -d 'of its guest, as 4G'
complete -c vfprep -n '__fish_seen_subcommand_from plan apply prepare release' -l force -d 'also VFs that uio or another driver has'
complete -c vfprep -n '__fish_seen_subcommand_from plan apply' -l live -d 'change settings of VFs in use, nothing else'
complete -c vfprep -n '__fish_seen_subcommand_from plan apply' -l prune -d 'also put back PFs that no file is for any more'
complete -c vfprep -n '__fish_seen_subcommand_from apply prepare release park unpark' -l wait -x -d 'wait that long for another vfprep'
complete -c vfprep -n '__fish_seen_subcommand_from apply' -l wait-devices -x -d 'and that long for PFs that files name'
complete -c vfprep -n '__fish_seen_subcommand_from apply prepare release park unpark' -l timeout -x -d 'scale every deadline'
complete -c vfprep -n '__fish_seen_subcommand_from check plan apply' -l confdir -x -a '(__fish_complete_directories)' -d 'read the configuration there'
complete -c vfprep -n '__fish_seen_subcommand_from list check plan apply prepare release verify park unpark cdi oci-hook udev-query' -l rundir -x -a '(__fish_complete_directories)' -d 'keep state there'
complete -c vfprep -n '__fish_seen_subcommand_from plan apply prepare release park unpark' -s v -l verbose -d 'say which file is for which PF, and what it waits for'
complete -c vfprep -n '__fish_seen_subcommand_from list check plan apply prepare release verify park unpark cdi oci-hook udev-query' -s q -l quiet -d 'no notes, faults only'

complete -c vfprep -n '__fish_seen_subcommand_from plan apply release' -a '(__vfprep_pfs)'
complete -c vfprep -n '__fish_seen_subcommand_from prepare udev-query' -a '(__vfprep_devices)'
complete -c vfprep -n '__fish_seen_subcommand_from release verify park unpark cdi oci-hook' -a '(__vfprep_teams)'
