package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/ovh/kmip-go"
	"github.com/ovh/kmip-go/payloads"
	"github.com/ovh/kmip-go/ttlv"
)

// An encoding of KMIP messages, and the content type under which it is posted.
type encoding struct {
	contentType string
	marshal     func(data any) []byte
	unmarshal   func(data []byte, ptr any) error
}

var encodings = map[string]encoding{
	"ttlv": {"application/octet-stream", ttlv.MarshalTTLV, ttlv.UnmarshalTTLV},
	"xml":  {"text/xml", ttlv.MarshalXML, ttlv.UnmarshalXML},
	"json": {"application/json", ttlv.MarshalJSON, ttlv.UnmarshalJSON},
}

// https lives a short life over HTTPS in one encoding. The client itself speaks TTLV over TLS only; its codec knows all three.
func https(a access, e encoding, version kmip.ProtocolVersion) (s steps) {
	s = steps{}
	defer func() {
		if failure := recover(); failure != nil {
			s["error"] = fmt.Sprint(failure)
		}
	}()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(must(os.ReadFile(a.Ca)))
	identity := must(tls.LoadX509KeyPair(a.Cert, a.Key))
	client := http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{identity}},
	}}
	ask := func(requests ...kmip.OperationPayload) []kmip.ResponseBatchItem {
		message := kmip.NewRequestMessage(version, requests...)
		answer := must(client.Post(a.HttpsUrl, e.contentType, bytes.NewReader(e.marshal(&message))))
		defer func() { _ = answer.Body.Close() }()
		s["answered"] = []any{answer.StatusCode, answer.Header.Get("Content-Type")}
		var response kmip.ResponseMessage
		must0(e.unmarshal(must(io.ReadAll(answer.Body)), &response))
		s["version"] = response.Header.ProtocolVersion.String()
		return response.BatchItem
	}

	created := ask(&payloads.CreateRequestPayload{
		ObjectType: kmip.ObjectTypeSymmetricKey,
		TemplateAttribute: kmip.TemplateAttribute{Attribute: []kmip.Attribute{
			{AttributeName: kmip.AttributeNameCryptographicAlgorithm, AttributeValue: kmip.CryptographicAlgorithmAES},
			{AttributeName: kmip.AttributeNameCryptographicLength, AttributeValue: int32(256)},
			{AttributeName: kmip.AttributeNameCryptographicUsageMask, AttributeValue: encryptDecrypt},
			{AttributeName: "x-origin", AttributeValue: "https"},
		}},
	})
	must0(created[0].Err())
	id := created[0].ResponsePayload.(*payloads.CreateResponsePayload).UniqueIdentifier

	items := ask(
		&payloads.GetRequestPayload{UniqueIdentifier: id},
		&payloads.GetAttributesRequestPayload{UniqueIdentifier: id, AttributeName: []kmip.AttributeName{
			kmip.AttributeNameCryptographicUsageMask, kmip.AttributeNameState, kmip.AttributeNameInitialDate, "x-origin",
		}},
	)
	must0(items[0].Err())
	must0(items[1].Err())
	s["bytes"] = len(must(items[0].ResponsePayload.(*payloads.GetResponsePayload).SymmetricKey()))
	found := []any{}
	for _, each := range items[1].ResponsePayload.(*payloads.GetAttributesResponsePayload).Attribute {
		switch value := each.AttributeValue.(type) {
		case kmip.CryptographicUsageMask:
			found = append(found, int32(value))
		case kmip.State:
			found = append(found, ttlv.EnumStr(value))
		case ttlv.Value:
			found = append(found, value.Value)
		default:
			found = append(found, fmt.Sprintf("%T", value))
		}
	}
	s["attributes"] = found
	unknown := ask(&payloads.GetRequestPayload{UniqueIdentifier: "no-such-object"})
	s["unknown"] = ttlv.EnumStr(unknown[0].ResultReason)
	must0(ask(&payloads.DestroyRequestPayload{UniqueIdentifier: id})[0].Err())
	return s
}
