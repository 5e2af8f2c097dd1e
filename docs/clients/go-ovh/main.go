// The OVHcloud steps of the guide with OVHcloud's own client for Go, as a user's program would take them.
//
//	go-ovh kms IP THUMBPRINT       registers a KMS, follows the task, changes and removes the KMS
//	go-ovh refused IP THUMBPRINT   makes each mistake once and prints how the client reports it
//	go-ovh credential              asks for a consumer key, waits until somebody has granted it, and uses it
//
// The endpoint and the keys come from OVH_ENDPOINT, OVH_APPLICATION_KEY, OVH_APPLICATION_SECRET and OVH_CONSUMER_KEY (or ovh.conf), as
// the client reads them by itself. Each step prints one line: its name and what the API answered, as JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/ovh/go-ovh/ovh"
)

func main() {
	if err := play(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func play(args []string) error {
	if len(args) == 0 {
		fmt.Println("usage: go-ovh kms|refused IP THUMBPRINT, go-ovh credential")
		return nil
	}
	if args[0] == "credential" {
		return credential()
	}
	if len(args) != 3 {
		return fmt.Errorf("%s needs an address and a thumbprint", args[0])
	}
	client, err := ovh.NewDefaultClient()
	if err != nil {
		return err
	}
	switch args[0] {
	case "kms":
		return kms(client, args[1], args[2])
	case "refused":
		return refused(client, args[1], args[2])
	}
	return fmt.Errorf("there is no %q", args[0])
}

// step prints what a step gave.
func step(name string, gave any) {
	text, err := json.Marshal(gave)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s %s\n", name, text)
}

// get reads one answer into a value of its type.
func get[T any](client *ovh.Client, path string) (T, error) {
	var answer T
	err := client.Get(path, &answer)
	return answer, err
}
