package main

import (
	"slices"
	"time"

	"github.com/ovh/kmip-go"
	"github.com/ovh/kmip-go/kmipclient"
	"github.com/ovh/kmip-go/ttlv"
)

// attributes reads, adds, modifies and deletes.
func attributes(c *kmipclient.Client, s steps) {
	name := nameOf(c, "attributes")
	id := c.Create().AES(192, encryptDecrypt).WithName(name).
		WithAttribute("x-owner", "payroll").
		WithAttribute(kmip.AttributeNameContactInformation, "ops@example.com").MustExec().UniqueIdentifier

	asked := c.GetAttributes(id,
		kmip.AttributeNameObjectType, kmip.AttributeNameCryptographicAlgorithm, kmip.AttributeNameCryptographicLength,
		kmip.AttributeNameCryptographicUsageMask, kmip.AttributeNameName, kmip.AttributeNameDigest, "x-owner", "x-absent",
	).MustExec()
	answered := map[kmip.AttributeName]any{}
	for _, each := range asked.Attribute {
		switch value := each.AttributeValue.(type) {
		case kmip.ObjectType:
			answered[each.AttributeName] = ttlv.EnumStr(value)
		case kmip.CryptographicAlgorithm:
			answered[each.AttributeName] = ttlv.EnumStr(value)
		case kmip.CryptographicUsageMask:
			answered[each.AttributeName] = int32(value)
		case kmip.Name:
			answered[each.AttributeName] = []string{value.NameValue, ttlv.EnumStr(value.NameType)}
		case kmip.Digest:
			answered[each.AttributeName] = []any{ttlv.EnumStr(value.HashingAlgorithm), len(value.DigestValue)}
		case ttlv.Value:
			answered[each.AttributeName] = value.Value
		default:
			answered[each.AttributeName] = value
		}
	}
	s["answered"] = answered
	list := c.GetAttributeList(id).MustExec().AttributeName
	slices.Sort(list)
	s["list"] = list
	all := []kmip.AttributeName{}
	for _, each := range c.GetAttributes(id).MustExec().Attribute {
		all = append(all, each.AttributeName)
	}
	slices.Sort(all)
	s["all"] = slices.Compact(all)

	added := c.AddAttribute(id, "x-stage", "test").MustExec().Attribute
	s["added"] = []any{added.AttributeName, added.AttributeValue.(ttlv.Value).Value}
	c.AddAttribute(id, "x-stage", "staging").MustExec()
	c.AddAttribute(id, "x-rounds", int32(7)).MustExec()
	s["number"] = attribute(c, id, "x-rounds")
	c.AddAttribute(id, "x-until", time.Unix(2_000_000_000, 0)).MustExec()
	s["date"] = attribute(c, id, "x-until").(time.Time).Unix()
	s["stages"] = values(c, id, "x-stage")
	c.ModifyAttribute(id, "x-stage", "production").WithIndex(1).MustExec()
	s["stagesModified"] = values(c, id, "x-stage")
	deleted := c.DeleteAttribute(id, "x-stage").MustExec().Attribute
	s["deleted"] = []any{deleted.AttributeName, deleted.AttributeValue.(ttlv.Value).Value}
	s["stagesDeleted"] = values(c, id, "x-stage")

	c.ModifyAttribute(id, kmip.AttributeNameContactInformation, "keys@example.com").MustExec()
	s["contact"] = attribute(c, id, kmip.AttributeNameContactInformation)
	c.DeleteAttribute(id, kmip.AttributeNameContactInformation).MustExec()
	s["contactDeleted"] = attribute(c, id, kmip.AttributeNameContactInformation)
	c.AddAttribute(id, kmip.AttributeNameApplicationSpecificInformation, kmip.ApplicationSpecificInformation{
		ApplicationNamespace: "backup", ApplicationData: "tape 7",
	}).MustExec()
	s["application"] = attribute(c, id, kmip.AttributeNameApplicationSpecificInformation)
	c.AddAttribute(id, kmip.AttributeNameObjectGroup, nameOf(c, "group")).MustExec()
	s["group"] = attribute(c, id, kmip.AttributeNameObjectGroup)
	if since(c, 1) {
		s["fresh"] = attribute(c, id, kmip.AttributeNameFresh)
	}
	if since(c, 2) {
		c.AddAttribute(id, kmip.AttributeNameAlternativeName, kmip.AlternativeName{
			AlternativeNameValue: "urn:tape:7", AlternativeNameType: kmip.AlternativeNameTypeURI,
		}).MustExec()
		s["alternative"] = attribute(c, id, kmip.AttributeNameAlternativeName).(kmip.AlternativeName).AlternativeNameValue
	}
	if since(c, 4) {
		c.AddAttribute(id, kmip.AttributeNameDescription, "a key for tapes").MustExec()
		s["description"] = attribute(c, id, kmip.AttributeNameDescription)
		s["sensitive"] = attribute(c, id, kmip.AttributeNameSensitive)
	}

	s["addState"] = refused(c, c.AddAttribute(id, kmip.AttributeNameState, kmip.StateActive))
	s["modifyState"] = refused(c, c.ModifyAttribute(id, kmip.AttributeNameState, kmip.StateActive))
	s["deleteDigest"] = refused(c, c.DeleteAttribute(id, kmip.AttributeNameDigest))
	s["modifyAbsent"] = refused(c, c.ModifyAttribute(id, "x-absent", "nothing"))
	s["deleteAbsent"] = refused(c, c.DeleteAttribute(id, "x-absent"))
	c.Destroy(id).MustExec()
}

// values gives all instances of a text attribute.
func values(c *kmipclient.Client, id string, name kmip.AttributeName) []any {
	found := []any{}
	for _, each := range c.GetAttributes(id, name).MustExec().Attribute {
		found = append(found, each.AttributeValue.(ttlv.Value).Value)
	}
	return found
}

// locate finds three keys by what they have.
func locate(c *kmipclient.Client, s steps) {
	shelf := nameOf(c, "shelf")
	kept := map[string]string{}
	for _, each := range []string{"first", "second", "third"} {
		made := c.Create().AES(128, encryptDecrypt).WithName(nameOf(c, each)).WithAttribute("x-shelf", shelf).MustExec()
		kept[made.UniqueIdentifier] = each
	}
	found := func(request kmipclient.ExecLocate) []string {
		names := []string{}
		for _, id := range request.MustExec().UniqueIdentifier {
			names = append(names, kept[id])
		}
		slices.Sort(names)
		return names
	}
	onShelf := func() kmipclient.ExecLocate { return c.Locate().WithAttribute("x-shelf", shelf) }
	s["byName"] = found(c.Locate().WithName(nameOf(c, "second")))
	s["byCustom"] = found(onShelf())
	s["byTwo"] = found(onShelf().WithName(nameOf(c, "third")).WithObjectType(kmip.ObjectTypeSymmetricKey))
	s["byState"] = found(onShelf().WithAttribute(kmip.AttributeNameState, kmip.StateActive))
	s["atMost"] = len(found(onShelf().WithMaxItems(2)))
	past, future := time.Unix(1_000_000_000, 0), time.Unix(4_000_000_000, 0)
	s["byDates"] = found(onShelf().
		WithAttribute(kmip.AttributeNameInitialDate, past).WithAttribute(kmip.AttributeNameInitialDate, future))
	s["longAgo"] = found(onShelf().
		WithAttribute(kmip.AttributeNameInitialDate, past).WithAttribute(kmip.AttributeNameInitialDate, past.Add(time.Hour)))
	s["archived"] = found(onShelf().WithStorageStatusMask(kmip.StorageStatusArchivalStorage))
	s["nowhere"] = found(c.Locate().WithName(nameOf(c, "fourth")))
	if since(c, 3) {
		rest := onShelf().WithOffset(1).MustExec()
		s["offset"] = len(rest.UniqueIdentifier)
		if rest.LocatedItems != nil {
			s["located"] = *rest.LocatedItems
		}
	}
	for id := range kept {
		c.Destroy(id).MustExec()
	}
}
