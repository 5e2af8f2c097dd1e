// The life of keys, certificates and secrets with ovh/kmip-go's client, as a user's program would live it.
//
// Reads {"host", "port", "httpsUrl", "cert", "key", "ca", "username", "password"} as JSON from standard input and lives in each of the
// protocol versions that its arguments name. Prints one JSON object: version → chapter → step → what it gave. A chapter in which
// something failed that should not has the step "error". With the argument "negotiate" the client agrees with the server on a version
// and plays the chapter "server" alone. With an "httpsUrl" the chapters are the encodings, spoken over HTTPS. Without arguments it only
// shows that it starts.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/ovh/kmip-go"
	"github.com/ovh/kmip-go/kmipclient"
	"github.com/ovh/kmip-go/ttlv"
)

type access struct {
	Host     string
	Port     int
	HttpsUrl string
	Cert     string
	Key      string
	Ca       string
	Username string
	Password string
}

// steps holds what each step of a chapter gave.
type steps map[string]any

// A chapter plays its part and writes down what each step gave; it panics when a step fails that should not.
type chapter func(c *kmipclient.Client, s steps)

var chapters = map[string]chapter{
	"server":     server,
	"life":       life,
	"batches":    batches,
	"attributes": attributes,
	"locate":     locate,
	"usage":      usage,
	"pairs":      pairs,
	"signatures": signatures,
	"ciphers":    ciphers,
	"registered": registered,
	"wrapping":   wrapping,
	"successors": successors,
	"transfer":   transfer,
}

var versions = map[string]kmip.ProtocolVersion{
	"1.0": kmip.V1_0, "1.1": kmip.V1_1, "1.2": kmip.V1_2, "1.3": kmip.V1_3, "1.4": kmip.V1_4,
}

func main() {
	if len(os.Args) == 1 {
		return
	}
	var a access
	must0(json.NewDecoder(os.Stdin).Decode(&a))
	found := map[string]map[string]steps{}
	for _, argument := range os.Args[1:] {
		found[argument] = map[string]steps{}
		if a.HttpsUrl != "" {
			for name, each := range encodings {
				found[argument][name] = https(a, each, versions[argument])
			}
			continue
		}
		for name, play := range chapters {
			if _, known := versions[argument]; known || name == "server" {
				found[argument][name] = run(a, argument, play)
			}
		}
	}
	must0(json.NewEncoder(os.Stdout).Encode(found))
}

// run plays one chapter over a connection of its own.
func run(a access, argument string, play chapter) (s steps) {
	s = steps{}
	defer func() {
		if failure := recover(); failure != nil {
			s["error"] = fmt.Sprint(failure)
		}
	}()
	c := must(dial(a, argument))
	defer func() { _ = c.Close() }()
	play(c, s)
	return s
}

func dial(a access, argument string) (*kmipclient.Client, error) {
	options := []kmipclient.Option{
		kmipclient.WithRootCAFile(a.Ca),
		kmipclient.WithClientCertFiles(a.Cert, a.Key),
	}
	if version, known := versions[argument]; known {
		options = append(options, kmipclient.EnforceVersion(version))
	}
	if a.Username != "" {
		options = append(options, kmipclient.WithMiddlewares(credential(a.Username, a.Password)))
	}
	return kmipclient.Dial(fmt.Sprintf("%s:%d", a.Host, a.Port), options...)
}

// credential adds user and password to each request; the client has no option for them.
func credential(username, password string) kmipclient.Middleware {
	return func(next kmipclient.Next, ctx context.Context, request *kmip.RequestMessage) (*kmip.ResponseMessage, error) {
		request.Header.Authentication = &kmip.Authentication{Credential: kmip.Credential{
			CredentialType: kmip.CredentialTypeUsernameAndPassword,
			CredentialValue: kmip.CredentialValue{
				UserPassword: &kmip.CredentialValueUserPassword{Username: username, Password: password},
			},
		}}
		return next(ctx, request)
	}
}

// since tells whether the connection speaks this minor version of KMIP 1 or a later one.
func since(c *kmipclient.Client, minor int32) bool {
	return c.Version().ProtocolVersionMinor >= minor
}

// refusal is what the server said to a request that it must refuse.
type refusal struct {
	Status  string `json:"status"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// refused sends a request and gives the status, reason and message of the answer; Success is a status, too.
func refused(c *kmipclient.Client, request kmipclient.PayloadBuilder) refusal {
	answers := must(c.Batch(context.Background(), must(request.Build())))
	return refusal{
		Status:  ttlv.EnumStr(answers[0].ResultStatus),
		Reason:  ttlv.EnumStr(answers[0].ResultReason),
		Message: answers[0].ResultMessage,
	}
}

// nameOf makes an object's name unique in the lab; one lab lives through all versions.
func nameOf(c *kmipclient.Client, what string) string {
	return fmt.Sprintf("kmip-go %s %s", c.Version(), what)
}

// attribute gives the value of an object's attribute in the client's own types, nil when there is none.
func attribute(c *kmipclient.Client, id string, name kmip.AttributeName) any {
	answer := c.GetAttributes(id, name).MustExec()
	if len(answer.Attribute) == 0 {
		return nil
	}
	if value, custom := answer.Attribute[0].AttributeValue.(ttlv.Value); custom {
		return value.Value
	}
	return answer.Attribute[0].AttributeValue
}

func stateOf(c *kmipclient.Client, id string) string {
	return ttlv.EnumStr(attribute(c, id, kmip.AttributeNameState).(kmip.State))
}

// links gives the identifiers that an object's Link attributes name, by link type.
func links(c *kmipclient.Client, id string) map[string]string {
	found := map[string]string{}
	for _, each := range c.GetAttributes(id, kmip.AttributeNameLink).MustExec().Attribute {
		link := each.AttributeValue.(kmip.Link)
		found[ttlv.EnumStr(link.LinkType)] = link.LinkedObjectIdentifier
	}
	return found
}

// retire brings an Active object to its end.
func retire(c *kmipclient.Client, id string) {
	c.Revoke(id).WithRevocationReasonCode(kmip.RevocationReasonCodeCessationOfOperation).MustExec()
	c.Destroy(id).MustExec()
}

func must[T any](value T, err error) T {
	must0(err)
	return value
}

func must0(err error) {
	if err != nil {
		panic(err)
	}
}
