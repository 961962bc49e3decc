// SPDX-License-Identifier: GPL-2.0-or-later

// Reads CDI specs by the library that podman and containerd have it from, and prints what a container gets.
//
//	cdi-library read FILE...
//	cdi-library inject DIRECTORY DEVICE...
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/container-orchestrated-devices/container-device-interface/pkg/cdi"
	oci "github.com/opencontainers/runtime-spec/specs-go"
)

func fail(err error) {
	fmt.Println(err)
	os.Exit(1)
}

func inject(dir string, devices []string) {
	spec := &oci.Spec{Process: &oci.Process{User: oci.User{UID: 1000, GID: 1000}}}
	cache, err := cdi.NewCache(cdi.WithSpecDirs(dir), cdi.WithAutoRefresh(false))
	if err != nil {
		fail(err)
	}
	if _, err := cache.InjectDevices(spec, devices...); err != nil {
		fail(err)
	}
	json.NewEncoder(os.Stdout).Encode(spec)
}

func main() {
	if os.Args[1] == "inject" {
		inject(os.Args[2], os.Args[3:])
		return
	}
	for _, file := range os.Args[2:] {
		if _, err := cdi.ReadSpec(file, 0); err != nil {
			fail(err)
		}
	}
}
