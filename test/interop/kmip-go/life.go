package main

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/ovh/kmip-go"
	"github.com/ovh/kmip-go/kmipclient"
	"github.com/ovh/kmip-go/payloads"
	"github.com/ovh/kmip-go/ttlv"
)

const encryptDecrypt = kmip.CryptographicUsageEncrypt | kmip.CryptographicUsageDecrypt

// server asks the server what it is.
func server(c *kmipclient.Client, s steps) {
	s["version"] = c.Version().String()
	known := must(c.Batch(context.Background(), &payloads.DiscoverVersionsRequestPayload{}))[0]
	if known.ResultStatus == kmip.ResultStatusSuccess {
		discovered := []string{}
		for _, version := range known.ResponsePayload.(*payloads.DiscoverVersionsResponsePayload).ProtocolVersion {
			discovered = append(discovered, version.String())
		}
		s["discovered"] = discovered
	} else {
		s["discovered"] = ttlv.EnumStr(known.ResultReason)
	}

	query := c.Query().Operations().Objects().ServerInformation().ApplicationNamespaces()
	if since(c, 1) {
		query = query.ExtensionList().ExtensionMap()
	}
	if since(c, 3) {
		query = query.RNGs().Validations().Profiles().Capabilities()
	}
	answer := query.MustExec()
	operations, objects, profiles := []string{}, []string{}, []string{}
	for _, operation := range answer.Operations {
		operations = append(operations, ttlv.EnumStr(operation))
	}
	for _, object := range answer.ObjectType {
		objects = append(objects, ttlv.EnumStr(object))
	}
	for _, profile := range answer.ProfileInformation {
		profiles = append(profiles, ttlv.EnumStr(profile.ProfileName))
	}
	s["operations"], s["objects"], s["profiles"] = operations, objects, profiles
	s["vendor"] = answer.VendorIdentification
}

// life is a key's life from Create to Destroy.
func life(c *kmipclient.Client, s steps) {
	name := nameOf(c, "life")
	created := c.Create().AES(256, encryptDecrypt).WithName(name).MustExec()
	id := created.UniqueIdentifier
	s["objectType"] = ttlv.EnumStr(created.ObjectType)
	s["stateCreated"] = stateOf(c, id)

	got := c.Get(id).MustExec()
	block := got.Object.(*kmip.SymmetricKey).KeyBlock
	s["sameIdentifier"] = got.UniqueIdentifier == id
	s["key"] = steps{
		"format":    ttlv.EnumStr(block.KeyFormatType),
		"algorithm": ttlv.EnumStr(block.CryptographicAlgorithm),
		"length":    block.CryptographicLength,
		"bytes":     len(must(got.SymmetricKey())),
	}
	s["sameName"] = refused(c, c.Create().AES(256, encryptDecrypt).WithName(name))

	c.Activate(id).MustExec()
	s["stateActivated"] = stateOf(c, id)
	s["activateAgain"] = refused(c, c.Activate(id))
	s["destroyActive"] = refused(c, c.Destroy(id))
	c.Revoke(id).
		WithRevocationReasonCode(kmip.RevocationReasonCodeSuperseded).
		WithRevocationMessage("its successor is in use").MustExec()
	s["stateRevoked"] = stateOf(c, id)
	reason := attribute(c, id, kmip.AttributeNameRevocationReason).(kmip.RevocationReason)
	s["revocationReason"] = []string{ttlv.EnumStr(reason.RevocationReasonCode), reason.RevocationMessage}
	c.Destroy(id).MustExec()
	s["getDestroyed"] = refused(c, c.Get(id))
	s["stateDestroyed"] = stateOf(c, id)

	compromised := c.Create().AES(128, encryptDecrypt).MustExec().UniqueIdentifier
	occurred := time.Unix(1_700_000_000, 0)
	c.Revoke(compromised).
		WithRevocationReasonCode(kmip.RevocationReasonCodeKeyCompromise).
		WithCompromiseOccurrenceDate(occurred).MustExec()
	s["stateCompromised"] = stateOf(c, compromised)
	s["compromiseOccurred"] = attribute(c, compromised, kmip.AttributeNameCompromiseOccurrenceDate).(time.Time).Unix()
	c.Destroy(compromised).MustExec()
	s["stateDestroyedCompromised"] = stateOf(c, compromised)

	s["getUnknown"] = refused(c, c.Get("no-such-object"))
}

// batches sends several operations in one message.
func batches(c *kmipclient.Client, s steps) {
	ctx := context.Background()
	// The later items have no identifier: they mean the object that Create has just made.
	results := must(c.Create().AES(128, encryptDecrypt).
		Then(func(c *kmipclient.Client) kmipclient.PayloadBuilder { return c.Activate("") }).
		Then(func(c *kmipclient.Client) kmipclient.PayloadBuilder {
			return c.GetAttributes("", kmip.AttributeNameState)
		}).Exec()).MustUnwrap()
	id := results[0].(*payloads.CreateResponsePayload).UniqueIdentifier
	last := results[2].(*payloads.GetAttributesResponsePayload)
	s["placeholder"] = last.UniqueIdentifier == id
	s["placeholderState"] = ttlv.EnumStr(last.Attribute[0].AttributeValue.(kmip.State))
	retire(c, id)

	mark := func(option kmip.BatchErrorContinuationOption) kmip.Attribute {
		return kmip.Attribute{AttributeName: "x-batch", AttributeValue: nameOf(c, ttlv.EnumStr(option))}
	}
	statuses := func(option kmip.BatchErrorContinuationOption) []string {
		request := kmip.NewRequestMessage(c.Version(),
			&payloads.CreateRequestPayload{
				ObjectType: kmip.ObjectTypeSymmetricKey,
				TemplateAttribute: kmip.TemplateAttribute{Attribute: []kmip.Attribute{
					{AttributeName: kmip.AttributeNameCryptographicAlgorithm, AttributeValue: kmip.CryptographicAlgorithmAES},
					{AttributeName: kmip.AttributeNameCryptographicLength, AttributeValue: int32(128)},
					{AttributeName: kmip.AttributeNameCryptographicUsageMask, AttributeValue: encryptDecrypt},
					mark(option),
				}},
			},
			&payloads.GetRequestPayload{UniqueIdentifier: "no-such-object"},
			&payloads.LocateRequestPayload{Attribute: []kmip.Attribute{mark(option)}},
		)
		request.Header.BatchErrorContinuationOption = option
		found := []string{}
		for _, item := range must(c.Roundtrip(ctx, &request)).BatchItem {
			found = append(found, ttlv.EnumStr(item.ResultStatus))
		}
		return found
	}
	for _, option := range []kmip.BatchErrorContinuationOption{
		kmip.BatchErrorContinuationOptionStop,
		kmip.BatchErrorContinuationOptionContinue,
		kmip.BatchErrorContinuationOptionUndo,
	} {
		items := statuses(option)
		left := c.Locate().WithAttributes(mark(option)).MustExec()
		s[ttlv.EnumStr(option)] = steps{"items": items, "left": len(left.UniqueIdentifier)}
	}
}

// usage is about what a key may still be used for: limits, leases, the archive.
func usage(c *kmipclient.Client, s steps) {
	id := c.Create().AES(128, encryptDecrypt).
		WithUsageLimit(1000, kmip.UsageLimitsUnitByte).
		WithAttribute(kmip.AttributeNameActivationDate, time.Unix(1_700_000_000, 0)).MustExec().UniqueIdentifier
	s["state"] = stateOf(c, id)
	c.GetUsageAllocation(id, 400).MustExec()
	limits := attribute(c, id, kmip.AttributeNameUsageLimits).(kmip.UsageLimits)
	s["limits"] = []int64{limits.UsageLimitsTotal, *limits.UsageLimitsCount}
	s["tooMuch"] = refused(c, c.GetUsageAllocation(id, 601))

	lease := c.ObtainLease(id).MustExec()
	s["leaseLasts"] = lease.LeaseTime > 0
	changed := attribute(c, id, kmip.AttributeNameLastChangeDate).(time.Time)
	s["leaseKnowsTheLastChange"] = lease.LastChangeDate.Equal(changed)

	c.Archive(id).MustExec()
	s["getArchived"] = refused(c, c.Get(id))
	s["archived"] = attribute(c, id, kmip.AttributeNameArchiveDate) != nil
	c.Recover(id).MustExec()
	s["bytesRecovered"] = len(must(c.Get(id).MustExec().SymmetricKey()))
	retire(c, id)
}

// transfer takes a key out with Export and brings it in again under another identifier with Import.
func transfer(c *kmipclient.Client, s steps) {
	if !since(c, 4) {
		s["export"] = refused(c, c.Export("no-such-object"))
		return
	}
	material := must(hex.DecodeString("00112233445566778899aabbccddeeff"))
	id := c.Register().SymmetricKey(kmip.CryptographicAlgorithmAES, encryptDecrypt, material).
		WithName(nameOf(c, "exported")).WithAttribute("x-origin", "export").MustExec().UniqueIdentifier
	exported := c.Export(id).MustExec()
	names := map[kmip.AttributeName]bool{}
	brought := []kmip.Attribute{}
	for _, each := range exported.Attribute {
		names[each.AttributeName] = true
		switch each.AttributeName {
		case kmip.AttributeNameUniqueIdentifier, kmip.AttributeNameName:
		default:
			brought = append(brought, each)
		}
	}
	s["exported"] = hex.EncodeToString(must(exported.Object.(*kmip.SymmetricKey).KeyMaterial()))
	s["exportedAttributes"] = names

	// The client's own Import forgets the object: the payload is built here.
	imported := func(replace bool) *payloads.ImportRequestPayload {
		return &payloads.ImportRequestPayload{
			UniqueIdentifier: nameOf(c, "imported"), ReplaceExisting: replace, Attribute: brought, Object: exported.Object,
		}
	}
	send := func(replace bool) refusal { return refused(c, ready{imported(replace)}) }
	s["imported"] = send(false)
	s["importedMaterial"] = hex.EncodeToString(must(c.Get(nameOf(c, "imported")).MustExec().SymmetricKey()))
	s["importedCustom"] = attribute(c, nameOf(c, "imported"), "x-origin")
	s["importedAgain"] = send(false)
	s["importedOver"] = send(true)
	s["withoutObject"] = refused(c, c.Import(nameOf(c, "nothing"), exported.Object))
}

// ready is a payload that needs no building.
type ready struct{ payload kmip.OperationPayload }

func (r ready) Build() (kmip.OperationPayload, error) { return r.payload, nil }
