# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of vfteam for fish; tests/cli/documents.sh compares its options with the program's.

function __vfteam_teams
    for dir in /run/vfprep/teams/*/
        basename $dir
    end
end

complete -c vfteam -f
complete -c vfteam -n __fish_use_subcommand -s h -l help -d 'show help'
complete -c vfteam -n __fish_use_subcommand -l version -d 'print the version'
complete -c vfteam -n __fish_use_subcommand -a list -d 'show the teams that the host has published'
complete -c vfteam -n __fish_use_subcommand -a hostdev -d 'print the <hostdev> of the VF of a team'
complete -c vfteam -n __fish_use_subcommand -a interface -d 'print the <interface> of the persistent side of a team'
complete -c vfteam -n __fish_use_subcommand -a inject -d 'print a domain with both sides of its teams'
complete -c vfteam -n __fish_use_subcommand -a check -d 'check that guests here will get their VFs'

complete -c vfteam -n '__fish_seen_subcommand_from list check' -l json -d 'print JSON for programs'
complete -c vfteam -n '__fish_seen_subcommand_from interface inject' -l persistent -x -a 'user passt' -d 'what the virtio side is connected to'
complete -c vfteam -n '__fish_seen_subcommand_from interface inject' -l mtu -x -d 'the MTU of the virtio side'
complete -c vfteam -n '__fish_seen_subcommand_from interface inject' -l queues -x -d 'the queues of the virtio side'
complete -c vfteam -n '__fish_seen_subcommand_from check' -l memory -x -d 'of the largest guest, as 4G'
complete -c vfteam -n '__fish_seen_subcommand_from check' -l pid -x -a '(__fish_complete_pids)' -d 'the process that will start QEMU, or that of QEMU'
complete -c vfteam -n '__fish_seen_subcommand_from check' -l running -x -d 'check one that runs: name or UUID'
complete -c vfteam -n '__fish_seen_subcommand_from check' -l log -r -F -d 'the log of that domain'
complete -c vfteam -n '__fish_seen_subcommand_from inject' -l onto -x -d 'that interface becomes the virtio side'
complete -c vfteam -n '__fish_seen_subcommand_from inject' -l spare-ports -d 'root ports to plug VFs in later'
complete -c vfteam -n '__fish_seen_subcommand_from list hostdev interface inject check' -l teams -x -a '(__fish_complete_directories)' -d 'the teams are there'
complete -c vfteam -n '__fish_seen_subcommand_from hostdev interface inject' -s o -l output -r -F -d 'write there, whole or not at all'
complete -c vfteam -n '__fish_seen_subcommand_from list hostdev interface inject check' -s q -l quiet -d 'no notes, faults only'

complete -c vfteam -n '__fish_seen_subcommand_from inject check' -F
complete -c vfteam -n '__fish_seen_subcommand_from list hostdev interface inject check' -a '(__vfteam_teams)'
