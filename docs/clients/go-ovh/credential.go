package main

import (
	"errors"
	"os"
	"time"

	"github.com/ovh/go-ovh/ovh"
)

// How often the consumer key is tried before it counts as never granted, and the pause between two tries.
const (
	tries = 100
	pause = 200 * time.Millisecond
)

// credential asks for a consumer key that may read, waits until somebody has granted it at the address that it prints, and uses it.
func credential() error {
	client, err := ovh.NewClient(os.Getenv("OVH_ENDPOINT"), os.Getenv("OVH_APPLICATION_KEY"), os.Getenv("OVH_APPLICATION_SECRET"), "none")
	if err != nil {
		return err
	}
	request := client.NewCkRequestWithRedirection("https://example.com/granted")
	request.AddRecursiveRules(ovh.ReadOnly, "/dedicatedCloud")
	request.AddRules(ovh.ReadOnly, "/auth/*")
	asked, err := request.Do()
	if err != nil {
		return err
	}
	step("asked", map[string]any{"state": asked.State, "validationUrl": asked.ValidationURL})
	step("notGranted", refusal(client.Get("/dedicatedCloud", nil)))

	var services []string
	for try := 1; ; try++ {
		err := client.Get("/dedicatedCloud", &services)
		if err == nil {
			break
		}
		var waiting *ovh.APIError
		if !errors.As(err, &waiting) || waiting.Code != 403 || try == tries {
			return err
		}
		time.Sleep(pause)
	}
	step("services", services)
	current, err := get[map[string]any](client, "/auth/currentCredential")
	if err != nil {
		return err
	}
	step("credential", current)
	details, err := get[map[string]any](client, "/auth/details")
	if err != nil {
		return err
	}
	step("details", details)
	step("notInTheRules", refusal(client.Post("/dedicatedCloud/"+services[0]+"/vmEncryption/kms", nil, nil)))
	return nil
}
