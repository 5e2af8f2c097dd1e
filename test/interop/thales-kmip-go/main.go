// The life of a key with Thales' kmip-go, a library of messages and encodings without a client of its own: each message goes as TTLV over
// TLS, and as TTLV, XML and JSON over HTTPS.
//
// Reads {"host", "port", "httpsUrl", "cert", "key", "ca"} as JSON from standard input; its arguments are protocol versions. Prints one
// JSON object: version → transport → step → what it gave; what failed that should not is the step "error". Without arguments it only
// shows that it starts.
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/gemalto/kmip-go"
	"github.com/gemalto/kmip-go/kmip14"
	"github.com/gemalto/kmip-go/ttlv"
)

type access struct {
	Host     string
	Port     int
	HttpsUrl string
	Cert     string
	Key      string
	Ca       string
}

type steps map[string]any

// A transport carries a request to the server and its answer back.
type transport func(request ttlv.TTLV) ttlv.TTLV

// Payloads that the library does not declare. KMIP 1.1 §4.9, §4.12, §4.19, §4.20
type (
	onlyIdentifier struct{ UniqueIdentifier string }
	locateRequest  struct{ Attribute []kmip.Attribute }
	locateResponse struct{ UniqueIdentifier []string }
	attributeNames struct {
		UniqueIdentifier string
		AttributeName    []string
	}
	attributeValues struct {
		UniqueIdentifier string
		Attribute        []kmip.Attribute
	}
	revokeRequest struct {
		UniqueIdentifier string
		RevocationReason struct{ RevocationReasonCode kmip14.RevocationReasonCode }
	}
)

func main() {
	if len(os.Args) == 1 {
		return
	}
	var a access
	must0(json.NewDecoder(os.Stdin).Decode(&a))
	found := map[string]map[string]steps{}
	for _, version := range os.Args[1:] {
		found[version] = map[string]steps{}
		for name, carry := range transports(a) {
			found[version][name] = play(carry, version, name)
		}
	}
	must0(json.NewEncoder(os.Stdout).Encode(found))
}

func transports(a access) map[string]transport {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(must(os.ReadFile(a.Ca)))
	identity := must(tls.LoadX509KeyPair(a.Cert, a.Key))
	config := &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{identity}}
	client := http.Client{Transport: &http.Transport{TLSClientConfig: config}}
	post := func(contentType string, body []byte) []byte {
		answer := must(client.Post(a.HttpsUrl, contentType, bytes.NewReader(body)))
		defer func() { _ = answer.Body.Close() }()
		return must(io.ReadAll(answer.Body))
	}
	return map[string]transport{
		"tls": func(request ttlv.TTLV) ttlv.TTLV {
			connection := must(tls.Dial("tcp", fmt.Sprintf("%s:%d", a.Host, a.Port), config))
			defer func() { _ = connection.Close() }()
			must(connection.Write(request))
			return must(ttlv.NewDecoder(connection).NextTTLV())
		},
		"ttlv": func(request ttlv.TTLV) ttlv.TTLV {
			return post("application/octet-stream", request)
		},
		"xml": func(request ttlv.TTLV) (answer ttlv.TTLV) {
			must0(xml.Unmarshal(post("text/xml", must(xml.Marshal(request))), &answer))
			return answer
		},
		"json": func(request ttlv.TTLV) (answer ttlv.TTLV) {
			must0(json.Unmarshal(post("application/json", must(json.Marshal(request))), &answer))
			return answer
		},
	}
}

// play lives a key's life in one protocol version over one transport.
func play(carry transport, version, name string) (s steps) {
	s = steps{}
	defer func() {
		if failure := recover(); failure != nil {
			s["error"] = fmt.Sprint(failure)
		}
	}()
	minor := int(version[2] - '0')
	// ask sends one request and reads the payload of its answer; it gives the Result Reason of a refusal.
	ask := func(operation kmip14.Operation, request, response any) string {
		message := kmip.RequestMessage{
			RequestHeader: kmip.RequestHeader{
				ProtocolVersion: kmip.ProtocolVersion{ProtocolVersionMajor: 1, ProtocolVersionMinor: minor},
				BatchCount:      1,
			},
			BatchItem: []kmip.RequestBatchItem{{Operation: operation, UniqueBatchItemID: []byte("one"), RequestPayload: request}},
		}
		var answer kmip.ResponseMessage
		must0(ttlv.Unmarshal(carry(must(ttlv.Marshal(message))), &answer))
		s["version"] = fmt.Sprintf("1.%d", answer.ResponseHeader.ProtocolVersion.ProtocolVersionMinor)
		item := answer.BatchItem[0]
		s["batchItem"] = string(item.UniqueBatchItemID)
		if item.ResultStatus != kmip14.ResultStatusSuccess {
			return item.ResultReason.String()
		}
		must0(ttlv.Unmarshal(item.ResponsePayload.(ttlv.TTLV), response))
		return ""
	}
	succeed := func(refused string) {
		if refused != "" {
			panic(refused)
		}
	}

	var known kmip.DiscoverVersionsResponsePayload
	s["discover"] = ask(kmip14.OperationDiscoverVersions, kmip.DiscoverVersionsRequestPayload{}, &known)
	s["versions"] = len(known.ProtocolVersion)

	label := fmt.Sprintf("thales %s %s", version, name)
	wanted := kmip.TemplateAttribute{}
	wanted.Append(kmip14.TagCryptographicAlgorithm, kmip14.CryptographicAlgorithmAES)
	wanted.Append(kmip14.TagCryptographicLength, 128)
	wanted.Append(kmip14.TagCryptographicUsageMask, kmip14.CryptographicUsageMaskEncrypt|kmip14.CryptographicUsageMaskDecrypt)
	wanted.Append(kmip14.TagName, kmip.Name{NameValue: label, NameType: kmip14.NameTypeUninterpretedTextString})
	wanted.Attribute = append(wanted.Attribute, kmip.Attribute{AttributeName: "x-origin", AttributeValue: "thales"})
	var registered kmip.RegisterResponsePayload
	succeed(ask(kmip14.OperationRegister, kmip.RegisterRequestPayload{
		ObjectType:        kmip14.ObjectTypeSymmetricKey,
		TemplateAttribute: wanted,
		SymmetricKey: &kmip.SymmetricKey{KeyBlock: kmip.KeyBlock{
			KeyFormatType:          kmip14.KeyFormatTypeRaw,
			KeyValue:               &kmip.KeyValue{KeyMaterial: unhex("00112233445566778899aabbccddeeff")},
			CryptographicAlgorithm: kmip14.CryptographicAlgorithmAES,
			CryptographicLength:    128,
		}},
	}, &registered))
	id := registered.UniqueIdentifier

	var got kmip.GetResponsePayload
	succeed(ask(kmip14.OperationGet, kmip.GetRequestPayload{UniqueIdentifier: id}, &got))
	s["material"] = hex.EncodeToString(got.SymmetricKey.KeyBlock.KeyValue.KeyMaterial.([]byte))
	s["same"] = got.UniqueIdentifier == id

	var located locateResponse
	succeed(ask(kmip14.OperationLocate, locateRequest{wanted.GetAllTag(kmip14.TagName)}, &located))
	s["located"] = len(located.UniqueIdentifier) == 1 && located.UniqueIdentifier[0] == id

	values := func() string {
		var found attributeValues
		names := []string{"State", "Cryptographic Usage Mask", "x-origin"}
		succeed(ask(kmip14.OperationGetAttributes, attributeNames{id, names}, &found))
		each := []string{}
		for _, attribute := range found.Attribute {
			each = append(each, fmt.Sprint(attribute.AttributeValue))
		}
		return strings.Join(each, ", ")
	}
	s["attributes"] = values()
	succeed(ask(kmip14.OperationActivate, onlyIdentifier{id}, &onlyIdentifier{}))
	s["activated"] = values()
	s["destroyActive"] = ask(kmip14.OperationDestroy, kmip.DestroyRequestPayload{UniqueIdentifier: id}, &onlyIdentifier{})
	revoke := revokeRequest{UniqueIdentifier: id}
	revoke.RevocationReason.RevocationReasonCode = kmip14.RevocationReasonCodeCessationOfOperation
	succeed(ask(kmip14.OperationRevoke, revoke, &onlyIdentifier{}))
	succeed(ask(kmip14.OperationDestroy, kmip.DestroyRequestPayload{UniqueIdentifier: id}, &kmip.DestroyResponsePayload{}))
	s["getDestroyed"] = ask(kmip14.OperationGet, kmip.GetRequestPayload{UniqueIdentifier: id}, &got)

	pair := kmip.TemplateAttribute{}
	pair.Append(kmip14.TagCryptographicAlgorithm, kmip14.CryptographicAlgorithmRSA)
	pair.Append(kmip14.TagCryptographicLength, 2048)
	half := func(mask kmip14.CryptographicUsageMask) *kmip.TemplateAttribute {
		attributes := kmip.TemplateAttribute{}
		attributes.Append(kmip14.TagCryptographicUsageMask, mask)
		return &attributes
	}
	var made kmip.CreateKeyPairResponsePayload
	succeed(ask(kmip14.OperationCreateKeyPair, kmip.CreateKeyPairRequestPayload{
		CommonTemplateAttribute:     &pair,
		PrivateKeyTemplateAttribute: half(kmip14.CryptographicUsageMaskSign),
		PublicKeyTemplateAttribute:  half(kmip14.CryptographicUsageMaskVerify),
	}, &made))
	succeed(ask(kmip14.OperationGet, kmip.GetRequestPayload{UniqueIdentifier: made.PublicKeyUniqueIdentifier}, &got))
	key, err := x509.ParsePKCS1PublicKey(got.PublicKey.KeyBlock.KeyValue.KeyMaterial.([]byte))
	must0(err)
	s["publicBits"] = key.N.BitLen()
	return s
}

func unhex(text string) []byte {
	return must(hex.DecodeString(text))
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
