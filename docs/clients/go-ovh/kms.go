package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/ovh/go-ovh/ovh"
)

// Task is dedicatedCloud.Task, as far as it is used here.
type Task struct {
	TaskID      int64  `json:"taskId"`
	Name        string `json:"name"`
	State       string `json:"state"`
	Progress    int64  `json:"progress"`
	Description string `json:"description"`
}

// VMEncryption is dedicatedCloud.VMEncryption.
type VMEncryption struct {
	State string `json:"state"`
}

// KMS is dedicatedCloud.VMEncryptionAccessNetwork.
type KMS struct {
	KmsID         int64  `json:"kmsId"`
	IP            string `json:"ip"`
	KmsTCPPort    int64  `json:"kmsTcpPort"`
	SslThumbprint string `json:"sslThumbprint"`
	Description   string `json:"description"`
	State         string `json:"state"`
}

// Registration is the body of POST vmEncryption/kms.
type Registration struct {
	IP            string `json:"ip"`
	SslThumbprint string `json:"sslThumbprint"`
	Description   string `json:"description,omitempty"`
}

// Change is the body of POST vmEncryption/kms/{kmsId}/changeProperties.
type Change struct {
	SslThumbprint string `json:"sslThumbprint"`
	Description   string `json:"description,omitempty"`
}

func kms(client *ovh.Client, ip, thumbprint string) error {
	services, err := get[[]string](client, "/dedicatedCloud")
	if err != nil {
		return err
	}
	step("services", services)
	service := "/dedicatedCloud/" + services[0]
	about, err := get[map[string]any](client, service)
	if err != nil {
		return err
	}
	step("service", about)
	if err := showState(client, service, "before"); err != nil {
		return err
	}

	registration := Registration{IP: ip, SslThumbprint: thumbprint, Description: "registered by go-ovh – <é>"}
	if err := follow(client, service, "registered", func(task *Task) error {
		return client.Post(service+"/vmEncryption/kms", registration, task)
	}); err != nil {
		return err
	}
	// A task does not say which entry it made.
	ids, err := get[[]int64](client, service+"/vmEncryption/kms")
	if err != nil {
		return err
	}
	step("kmsIds", ids)
	entry := fmt.Sprintf("%s/vmEncryption/kms/%d", service, ids[0])
	if err := showKMS(client, entry, "kms"); err != nil {
		return err
	}
	if err := showState(client, service, "enabled"); err != nil {
		return err
	}
	step("sameAddress", refusal(client.Post(service+"/vmEncryption/kms", registration, nil)))

	change := Change{SslThumbprint: thumbprint, Description: "changed by go-ovh"}
	if err := follow(client, service, "changed", func(task *Task) error {
		return client.Post(entry+"/changeProperties", change, task)
	}); err != nil {
		return err
	}
	if err := showKMS(client, entry, "changedKms"); err != nil {
		return err
	}

	if err := follow(client, service, "removed", func(task *Task) error { return client.Delete(entry, task) }); err != nil {
		return err
	}
	step("removedKms", refusal(client.Get(entry, nil)))
	return showState(client, service, "after")
}

// follow starts a task and polls it to its end; it prints the task as it began, the states that it went through, and how it ended.
func follow(client *ovh.Client, service, name string, start func(task *Task) error) error {
	var task Task
	if err := start(&task); err != nil {
		return err
	}
	step(name, task)
	states := []string{task.State}
	for !slices.Contains([]string{"done", "error", "canceled"}, task.State) {
		time.Sleep(200 * time.Millisecond)
		var err error
		if task, err = get[Task](client, fmt.Sprintf("%s/task/%d", service, task.TaskID)); err != nil {
			return err
		}
		if states[len(states)-1] != task.State {
			states = append(states, task.State)
		}
	}
	step(name+"States", states)
	step(name+"End", task)
	return nil
}

func showState(client *ovh.Client, service, name string) error {
	option, err := get[VMEncryption](client, service+"/vmEncryption")
	step(name, option)
	return err
}

func showKMS(client *ovh.Client, entry, name string) error {
	kms, err := get[KMS](client, entry)
	step(name, kms)
	return err
}
