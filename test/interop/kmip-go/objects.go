package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"math/big"
	"time"

	"github.com/ovh/kmip-go"
	"github.com/ovh/kmip-go/kmipclient"
	"github.com/ovh/kmip-go/ttlv"
)

// registered brings one object of each type and gets it back.
func registered(c *kmipclient.Client, s steps) {
	material := unhex("000102030405060708090a0b0c0d0e0f1011121314151617")
	for name, format := range map[string]kmipclient.KeyFormat{"raw": kmipclient.RAW, "transparent": kmipclient.Transparent} {
		id := c.Register().WithKeyFormat(format).
			SymmetricKey(kmip.CryptographicAlgorithmAES, encryptDecrypt, material).MustExec().UniqueIdentifier
		got := c.Get(id).MustExec()
		s[name] = []any{
			ttlv.EnumStr(got.Object.(*kmip.SymmetricKey).KeyBlock.KeyFormatType),
			bytes.Equal(must(got.SymmetricKey()), material),
		}
	}

	password := c.Register().SecretString(kmip.SecretDataTypePassword, "correct horse battery staple").
		WithAttribute(kmip.AttributeNameCryptographicUsageMask, kmip.CryptographicUsageExport).MustExec().UniqueIdentifier
	s["secret"] = must(c.Get(password).MustExec().SecretString())

	opaque := c.Register().Object(&kmip.OpaqueObject{OpaqueDataType: 0x8000_0001, OpaqueDataValue: material}).MustExec().UniqueIdentifier
	got := c.Get(opaque).MustExec().Object.(*kmip.OpaqueObject)
	s["opaque"] = []any{uint32(got.OpaqueDataType), bytes.Equal(got.OpaqueDataValue, material)}

	rsaKey := must(rsa.GenerateKey(rand.Reader, 2048))
	forms := steps{}
	for name, format := range map[string]kmipclient.KeyFormat{
		"pkcs1": kmipclient.PKCS1, "pkcs8": kmipclient.PKCS8, "transparent": kmipclient.Transparent,
	} {
		id := c.Register().WithKeyFormat(format).RsaPrivateKey(rsaKey, sign).MustExec().UniqueIdentifier
		asIs := must(c.Get(id).MustExec().RsaPrivateKey())
		asPkcs8 := must(c.Get(id).WithKeyFormat(kmip.KeyFormatTypePKCS_8).MustExec().RsaPrivateKey())
		forms[name] = asIs.Equal(rsaKey) && asPkcs8.Equal(rsaKey)
	}
	for name, format := range map[string]kmipclient.KeyFormat{
		"publicPkcs1": kmipclient.PKCS1, "publicX509": kmipclient.X509, "publicTransparent": kmipclient.Transparent,
	} {
		id := c.Register().WithKeyFormat(format).RsaPublicKey(&rsaKey.PublicKey, verify).MustExec().UniqueIdentifier
		forms[name] = must(c.Get(id).MustExec().RsaPublicKey()).Equal(&rsaKey.PublicKey)
	}
	s["rsa"] = forms

	curveKey := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	curves := steps{}
	for name, format := range map[string]kmipclient.KeyFormat{
		"sec1": kmipclient.SEC1, "pkcs8": kmipclient.PKCS8, "transparent": kmipclient.Transparent,
	} {
		id := c.Register().WithKeyFormat(format).EcdsaPrivateKey(curveKey, sign).MustExec().UniqueIdentifier
		curves[name] = must(c.Get(id).MustExec().EcdsaPrivateKey()).Equal(curveKey)
	}
	s["curve"] = curves

	template := &x509.Certificate{
		SerialNumber: big.NewInt(77),
		Subject:      pkix.Name{CommonName: "interop.example.com"},
		NotBefore:    time.Unix(1_700_000_000, 0),
		NotAfter:     time.Unix(2_000_000_000, 0),
	}
	der := must(x509.CreateCertificate(rand.Reader, template, template, &rsaKey.PublicKey, rsaKey))
	certificate := c.Register().Certificate(kmip.CertificateTypeX_509, der).
		WithAttribute(kmip.AttributeNameCryptographicUsageMask, verify).MustExec().UniqueIdentifier
	s["certificate"] = bytes.Equal(must(c.Get(certificate).MustExec().X509Certificate()).Raw, der)
	s["certificateType"] = ttlv.EnumStr(attribute(c, certificate, kmip.AttributeNameCertificateType).(kmip.CertificateType))
	if since(c, 1) {
		s["certificateLength"] = attribute(c, certificate, kmip.AttributeNameCertificateLength) == int32(len(der))
		subject := attribute(c, certificate, kmip.AttributeNameX509CertificateSubject).(kmip.X_509CertificateSubject)
		s["subject"] = bytes.Equal(subject.SubjectDistinguishedName, must(x509.ParseCertificate(der)).RawSubject)
		algorithm := attribute(c, certificate, kmip.AttributeNameDigitalSignatureAlgorithm).(kmip.DigitalSignatureAlgorithm)
		s["signedWith"] = ttlv.EnumStr(algorithm)
	}

	s["withoutMask"] = refused(c, c.Register().Object(&kmip.SymmetricKey{KeyBlock: kmip.KeyBlock{
		KeyFormatType: kmip.KeyFormatTypeRaw, CryptographicAlgorithm: kmip.CryptographicAlgorithmAES, CryptographicLength: 192,
		KeyValue: &kmip.KeyValue{Plain: &kmip.PlainKeyValue{KeyMaterial: kmip.KeyMaterial{Bytes: &material}}},
	}}))
}

// wrapping gets and registers keys that are wrapped in another key.
func wrapping(c *kmipclient.Client, s steps) {
	// RFC 3394 §4.1: the key-encryption key and the key data.
	wrapKey := c.Register().SymmetricKey(kmip.CryptographicAlgorithmAES,
		kmip.CryptographicUsageWrapKey|kmip.CryptographicUsageUnwrapKey, unhex("000102030405060708090a0b0c0d0e0f")).MustExec().UniqueIdentifier
	material := unhex("00112233445566778899aabbccddeeff")
	id := c.Register().SymmetricKey(kmip.CryptographicAlgorithmAES, encryptDecrypt, material).MustExec().UniqueIdentifier
	with := &kmip.EncryptionKeyInformation{
		UniqueIdentifier:        wrapKey,
		CryptographicParameters: &kmip.CryptographicParameters{BlockCipherMode: kmip.BlockCipherModeNISTKeyWrap},
	}
	specification := func(option kmip.EncodingOption) kmip.KeyWrappingSpecification {
		return kmip.KeyWrappingSpecification{
			WrappingMethod: kmip.WrappingMethodEncrypt, EncryptionKeyInformation: with, EncodingOption: option,
		}
	}
	wrapped := func(option kmip.EncodingOption) kmip.KeyBlock {
		return c.Get(id).WithKeyWrapping(specification(option)).MustExec().Object.(*kmip.SymmetricKey).KeyBlock
	}

	s["preActive"] = refused(c, c.Get(id).WithKeyWrapping(specification(0)))
	c.Activate(wrapKey).MustExec()
	block := wrapped(0)
	s["encoded"] = hex.EncodeToString(*block.KeyValue.Wrapped)
	s["method"] = ttlv.EnumStr(block.KeyWrappingData.WrappingMethod)
	s["byTheKey"] = block.KeyWrappingData.EncryptionKeyInformation.UniqueIdentifier == wrapKey
	s["unknownKey"] = refused(c, c.Get(id).WithKeyWrapping(kmip.KeyWrappingSpecification{
		WrappingMethod:           kmip.WrappingMethodEncrypt,
		EncryptionKeyInformation: &kmip.EncryptionKeyInformation{UniqueIdentifier: "no-such-object"},
	}))
	if !since(c, 1) {
		return
	}
	bare := *wrapped(kmip.EncodingOptionNoEncoding).KeyValue.Wrapped
	s["bare"] = hex.EncodeToString(bare)

	brought := c.Register().Object(&kmip.SymmetricKey{KeyBlock: kmip.KeyBlock{
		KeyFormatType:          kmip.KeyFormatTypeRaw,
		KeyValue:               &kmip.KeyValue{Wrapped: &bare},
		CryptographicAlgorithm: kmip.CryptographicAlgorithmAES,
		CryptographicLength:    128,
		KeyWrappingData: &kmip.KeyWrappingData{
			WrappingMethod: kmip.WrappingMethodEncrypt, EncryptionKeyInformation: with, EncodingOption: kmip.EncodingOptionNoEncoding,
		},
	}}).WithAttribute(kmip.AttributeNameCryptographicUsageMask, encryptDecrypt).MustExec().UniqueIdentifier
	s["broughtState"] = stateOf(c, brought)
	if since(c, 4) {
		asRegistered := c.Get(brought).WithKeyWrapType(kmip.AsRegistered).MustExec().Object.(*kmip.SymmetricKey)
		s["asRegistered"] = hex.EncodeToString(*asRegistered.KeyBlock.KeyValue.Wrapped)
		notWrapped := c.Get(brought).WithKeyWrapType(kmip.NotWrapped).MustExec()
		s["notWrapped"] = hex.EncodeToString(must(notWrapped.SymmetricKey()))
	}
}

// successors replaces a key by Re-key.
func successors(c *kmipclient.Client, s steps) {
	name := nameOf(c, "replaced")
	first := c.Create().AES(256, encryptDecrypt).WithName(name).WithAttribute("x-kept", "yes").
		WithAttribute(kmip.AttributeNameActivationDate, time.Unix(1_700_000_000, 0)).MustExec().UniqueIdentifier
	second := c.Rekey(first).MustExec().UniqueIdentifier
	s["another"] = second != first
	s["replacement"] = links(c, first)["ReplacementObjectLink"] == second
	s["replaced"] = links(c, second)["ReplacedObjectLink"] == first
	located := c.Locate().WithName(name).MustExec().UniqueIdentifier
	s["nameMoved"] = len(located) == 1 && located[0] == second
	s["custom"] = attribute(c, second, "x-kept")
	s["length"] = attribute(c, second, kmip.AttributeNameCryptographicLength)
	before, after := must(c.Get(first).MustExec().SymmetricKey()), must(c.Get(second).MustExec().SymmetricKey())
	s["otherMaterial"] = len(after) == 32 && !bytes.Equal(before, after)

	dated := c.Create().AES(256, encryptDecrypt).
		WithAttribute(kmip.AttributeNameActivationDate, time.Unix(1_700_000_000, 0)).MustExec().UniqueIdentifier
	later := c.Rekey(dated).WithOffset(time.Hour).MustExec().UniqueIdentifier
	s["stateLater"] = stateOf(c, later)
	initial := attribute(c, later, kmip.AttributeNameInitialDate).(time.Time)
	activation := attribute(c, later, kmip.AttributeNameActivationDate).(time.Time)
	s["offset"] = activation.Sub(initial).Seconds()
	s["unknown"] = refused(c, c.Rekey("no-such-object"))
}
