// vcsim, as the bench compares with it: govmomi's simulator over TLS on a free port of the loopback, with so many powered-on VMs in one
// cluster. Prints one line of JSON when it is ready, and ends with its standard input.
//
// vcsim makes its VMs one after the other and takes 20 to 40 ms for each, ever more the more there are. Here it makes one, the others
// are put into its inventory as copies of it: what is measured is how vcsim answers, not how long it takes to fill.
package main

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

func main() {
	vms := flag.Int("vms", 2, "powered-on VMs")
	target := flag.String("load", "", "do not serve, but ask the server at this address; see load.go")
	connections := flag.Int("connections", 1, "connections of the load")
	version := flag.Bool("version", false, "tell the version and end")
	flag.Parse()
	if *version {
		info, _ := debug.ReadBuildInfo()
		fmt.Print(info)
		return
	}
	serve := func() error { return run(*vms) }
	if *target != "" {
		serve = func() error { return load(*target, *connections) }
	}
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(vms int) error {
	model := simulator.VPX()
	model.Host = 0
	model.ClusterHost = 2
	model.Machine = 1
	defer model.Remove()
	if err := model.Create(); err != nil {
		return err
	}
	if err := multiply(model.Map(), vms); err != nil {
		return err
	}
	model.Service.TLS = new(tls.Config)
	server := model.Service.NewServer()
	defer server.Close()
	line, err := json.Marshal(map[string]any{"host": server.URL.Hostname(), "port": server.URL.Port(), "vms": vms})
	if err != nil {
		return err
	}
	fmt.Println(string(line))
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// multiply copies the one VM of the inventory until there are so many, linked from all that link to it.
func multiply(registry *simulator.Registry, vms int) error {
	template, ok := registry.Any("VirtualMachine").(*simulator.VirtualMachine)
	if !ok {
		return errors.New("the model has no VM")
	}
	folder := registry.Get(*template.Parent).(*simulator.Folder)
	host := registry.Get(*template.Runtime.Host).(*simulator.HostSystem)
	pool := registry.Get(*template.ResourcePool).(*simulator.ResourcePool)
	datastore := registry.Get(template.Datastore[0]).(*simulator.Datastore)
	network := registry.Any("DistributedVirtualPortgroup").(*simulator.DistributedVirtualPortgroup)
	for number := 1; number < vms; number++ {
		copied := *template
		copied.Self = types.ManagedObjectReference{Type: "VirtualMachine", Value: fmt.Sprintf("vm-copy-%d", number)}
		copied.Name = fmt.Sprintf("%s-%05d", template.Name, number)
		config, summary := *template.Config, template.Summary
		config.Name, summary.Config.Name, summary.Vm = copied.Name, copied.Name, &copied.Self
		copied.Config, copied.Summary = &config, summary
		registry.PutEntity(folder, &copied)
		folder.ChildEntity = append(folder.ChildEntity, copied.Self)
		host.Vm = append(host.Vm, copied.Self)
		pool.Vm = append(pool.Vm, copied.Self)
		datastore.Vm = append(datastore.Vm, copied.Self)
		network.Vm = append(network.Vm, copied.Self)
	}
	return nil
}
