package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/ovh/go-ovh/ovh"
)

// Refusal is what the client says of a call that the API refused.
type Refusal struct {
	Code    int    `json:"status"`
	Class   string `json:"class"`
	Message string `json:"message"`
	QueryID string `json:"queryId"`
}

// refusal reads the client's error; a call that succeeded, or failed otherwise, is shown as that.
func refusal(err error) any {
	var refused *ovh.APIError
	if errors.As(err, &refused) {
		return Refusal{refused.Code, refused.Class, refused.Message, refused.QueryID}
	}
	return fmt.Sprint(err)
}

func refused(client *ovh.Client, ip, thumbprint string) error {
	services, err := get[[]string](client, "/dedicatedCloud")
	if err != nil {
		return err
	}
	service := "/dedicatedCloud/" + services[0]
	register := func(body any) error { return client.Post(service+"/vmEncryption/kms", body, nil) }

	step("unknownService", refusal(client.Get("/dedicatedCloud/pcc-0-0-0-0", nil)))
	step("unknownKms", refusal(client.Get(service+"/vmEncryption/kms/42", nil)))
	step("unknownTask", refusal(client.Get(service+"/task/42", nil)))
	step("noSuchRoute", refusal(client.Get("/dedicatedCloud/"+services[0]+"/noSuchRoute", nil)))
	step("hostName", refusal(register(Registration{IP: "kms.example.com", SslThumbprint: thumbprint})))
	step("addressOfVersion6", refusal(register(Registration{IP: "2001:db8::1", SslThumbprint: thumbprint})))
	step("noThumbprint", refusal(register(map[string]string{"ip": ip})))
	step("numberForText", refusal(register(map[string]any{"ip": ip, "sslThumbprint": 42})))
	step("guidePath", refusal(client.Post(service+"/kms", Registration{IP: ip, SslThumbprint: thumbprint}, nil)))

	// The keys, each wrong in turn.
	keys := map[string]string{}
	for _, name := range []string{"OVH_APPLICATION_KEY", "OVH_APPLICATION_SECRET", "OVH_CONSUMER_KEY"} {
		keys[name] = os.Getenv(name)
	}
	for _, wrong := range []struct{ step, key string }{
		{"wrongApplicationKey", "OVH_APPLICATION_KEY"},
		{"wrongSecret", "OVH_APPLICATION_SECRET"},
		{"wrongConsumerKey", "OVH_CONSUMER_KEY"},
	} {
		given := func(name string) string {
			if name == wrong.key {
				return "wrong"
			}
			return keys[name]
		}
		other, err := ovh.NewClient(os.Getenv("OVH_ENDPOINT"),
			given("OVH_APPLICATION_KEY"), given("OVH_APPLICATION_SECRET"), given("OVH_CONSUMER_KEY"))
		if err != nil {
			return err
		}
		step(wrong.step, refusal(other.Get("/dedicatedCloud", nil)))
	}
	return nil
}
