package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"

	"github.com/ovh/kmip-go"
	"github.com/ovh/kmip-go/kmipclient"
	"github.com/ovh/kmip-go/ttlv"
)

const (
	sign   = kmip.CryptographicUsageSign
	verify = kmip.CryptographicUsageVerify
)

// pairs makes an RSA and an elliptic curve pair and reads the halves back with Go's own parsers.
func pairs(c *kmipclient.Client, s steps) {
	rsaPair := c.CreateKeyPair().RSA(2048, sign, verify).
		PrivateKey().WithName(nameOf(c, "rsa private")).
		PublicKey().WithName(nameOf(c, "rsa public")).MustExec()
	private := must(c.Get(rsaPair.PrivateKeyUniqueIdentifier).MustExec().RsaPrivateKey())
	public := must(c.Get(rsaPair.PublicKeyUniqueIdentifier).MustExec().RsaPublicKey())
	s["rsa"] = steps{
		"bits":           public.N.BitLen(),
		"valid":          private.Validate() == nil,
		"halvesMatch":    private.PublicKey.Equal(public),
		"privateLinks":   links(c, rsaPair.PrivateKeyUniqueIdentifier)["PublicKeyLink"] == rsaPair.PublicKeyUniqueIdentifier,
		"publicLinks":    links(c, rsaPair.PublicKeyUniqueIdentifier)["PrivateKeyLink"] == rsaPair.PrivateKeyUniqueIdentifier,
		"privateLocated": c.Locate().WithName(nameOf(c, "rsa private")).MustExec().UniqueIdentifier[0] == rsaPair.PrivateKeyUniqueIdentifier,
		"publicType":     ttlv.EnumStr(attribute(c, rsaPair.PublicKeyUniqueIdentifier, kmip.AttributeNameObjectType).(kmip.ObjectType)),
		"mask":           int32(attribute(c, rsaPair.PrivateKeyUniqueIdentifier, kmip.AttributeNameCryptographicUsageMask).(kmip.CryptographicUsageMask)),
	}
	formats := steps{}
	for _, format := range []kmip.KeyFormatType{
		kmip.KeyFormatTypePKCS_1, kmip.KeyFormatTypePKCS_8, kmip.KeyFormatTypeTransparentRSAPrivateKey,
	} {
		got := must(c.Get(rsaPair.PrivateKeyUniqueIdentifier).WithKeyFormat(format).MustExec().RsaPrivateKey())
		formats[ttlv.EnumStr(format)] = got.D.Cmp(private.D) == 0
	}
	for _, format := range []kmip.KeyFormatType{
		kmip.KeyFormatTypeX_509, kmip.KeyFormatTypeTransparentRSAPublicKey,
	} {
		got := must(c.Get(rsaPair.PublicKeyUniqueIdentifier).WithKeyFormat(format).MustExec().RsaPublicKey())
		formats[ttlv.EnumStr(format)] = got.Equal(public)
	}
	s["rsaFormats"] = formats
	s["wrongFormat"] = refused(c, c.Get(rsaPair.PublicKeyUniqueIdentifier).WithKeyFormat(kmip.KeyFormatTypeECPrivateKey))

	curvePair := c.CreateKeyPair().ECDSA(kmip.RecommendedCurveP_256, sign, verify).MustExec()
	curvePrivate := must(c.Get(curvePair.PrivateKeyUniqueIdentifier).MustExec().EcdsaPrivateKey())
	curvePublic := must(c.Get(curvePair.PublicKeyUniqueIdentifier).WithKeyFormat(kmip.KeyFormatTypeX_509).MustExec().EcdsaPublicKey())
	pkcs8 := must(c.Get(curvePair.PrivateKeyUniqueIdentifier).WithKeyFormat(kmip.KeyFormatTypePKCS_8).MustExec().EcdsaPrivateKey())
	s["curve"] = steps{
		"name":        curvePublic.Params().Name,
		"halvesMatch": curvePrivate.PublicKey.Equal(curvePublic),
		"pkcs8":       pkcs8.Equal(curvePrivate),
	}

	again := c.RekeyKeyPair(rsaPair.PrivateKeyUniqueIdentifier)
	if !since(c, 1) {
		s["rekeyed"] = refused(c, again)
		return
	}
	successor := again.MustExec()
	s["rekeyed"] = steps{
		"replacement":     links(c, rsaPair.PrivateKeyUniqueIdentifier)["ReplacementObjectLink"] == successor.PrivateKeyUniqueIdentifier,
		"replaced":        links(c, successor.PublicKeyUniqueIdentifier)["ReplacedObjectLink"] == rsaPair.PublicKeyUniqueIdentifier,
		"successorsMatch": links(c, successor.PrivateKeyUniqueIdentifier)["PublicKeyLink"] == successor.PublicKeyUniqueIdentifier,
		"nameMoved":       c.Locate().WithName(nameOf(c, "rsa private")).MustExec().UniqueIdentifier[0] == successor.PrivateKeyUniqueIdentifier,
	}
}

// signatures lets the server sign and Go verify, and the server verify.
func signatures(c *kmipclient.Client, s steps) {
	message := []byte("keyrig, an offline lab for VM encryption")
	pair := c.CreateKeyPair().RSA(2048, sign, verify).MustExec()
	private, public := pair.PrivateKeyUniqueIdentifier, pair.PublicKeyUniqueIdentifier
	pkcs1 := kmip.CryptographicParameters{
		CryptographicAlgorithm:    kmip.CryptographicAlgorithmRSA,
		HashingAlgorithm:          kmip.HashingAlgorithmSHA_256,
		PaddingMethod:             kmip.PaddingMethodPKCS1V1_5,
		DigitalSignatureAlgorithm: kmip.DigitalSignatureAlgorithmSHA_256WithRSAEncryption,
	}
	if !since(c, 2) {
		s["sign"] = refused(c, c.Sign(private).WithCryptographicParameters(pkcs1).Data(message))
		return
	}
	s["preActive"] = refused(c, c.Sign(private).WithCryptographicParameters(pkcs1).Data(message))
	c.Activate(private).MustExec()
	c.Activate(public).MustExec()
	signature := c.Sign(private).WithCryptographicParameters(pkcs1).Data(message).MustExec().SignatureData
	key := must(c.Get(public).MustExec().RsaPublicKey())
	digest := sha256.Sum256(message)
	s["goVerifies"] = rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) == nil
	validity := func(data, signature []byte) string {
		answer := c.SignatureVerify(public).WithCryptographicParameters(pkcs1).Data(data).Signature(signature).MustExec()
		return ttlv.EnumStr(answer.ValidityIndicator)
	}
	s["valid"] = validity(message, signature)
	s["otherMessage"] = validity([]byte("another message"), signature)
	s["otherKeyType"] = refused(c, c.Sign(public).WithCryptographicParameters(pkcs1).Data(message))

	curvePair := c.CreateKeyPair().ECDSA(kmip.RecommendedCurveP_256, sign, verify).MustExec()
	c.Activate(curvePair.PrivateKeyUniqueIdentifier).MustExec()
	c.Activate(curvePair.PublicKeyUniqueIdentifier).MustExec()
	withCurve := kmip.CryptographicParameters{
		CryptographicAlgorithm:    kmip.CryptographicAlgorithmECDSA,
		HashingAlgorithm:          kmip.HashingAlgorithmSHA_256,
		DigitalSignatureAlgorithm: kmip.DigitalSignatureAlgorithmECDSAWithSHA256,
	}
	curveKey := must(c.Get(curvePair.PublicKeyUniqueIdentifier).WithKeyFormat(kmip.KeyFormatTypeX_509).MustExec().EcdsaPublicKey())
	curveSignature := c.Sign(curvePair.PrivateKeyUniqueIdentifier).WithCryptographicParameters(withCurve).Data(message).MustExec().SignatureData
	s["goVerifiesCurve"] = ecdsa.VerifyASN1(curveKey, digest[:], curveSignature)

	if !since(c, 4) {
		return
	}
	// The client's crypto.Signer signs a digest, which came with KMIP 1.4.
	signer := must(c.Signer(context.Background(), private, ""))
	bySigner := must(signer.Sign(rand.Reader, digest[:], crypto.SHA256))
	s["signer"] = rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], bySigner) == nil
	pss := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256}
	byPss := must(signer.Sign(rand.Reader, digest[:], pss))
	s["signerPss"] = rsa.VerifyPSS(key, crypto.SHA256, digest[:], byPss, pss) == nil
	curveSigner := must(c.Signer(context.Background(), curvePair.PrivateKeyUniqueIdentifier, curvePair.PublicKeyUniqueIdentifier))
	byCurve := must(curveSigner.Sign(rand.Reader, digest[:], crypto.SHA256))
	s["signerCurve"] = ecdsa.VerifyASN1(curveKey, digest[:], byCurve)
}

// ciphers encrypts and decrypts published vectors.
func ciphers(c *kmipclient.Client, s steps) {
	// NIST SP 800-38A F.2.1, CBC-AES128.Encrypt, the first block.
	id := active(c, "2b7e151628aed2a6abf7158809cf4f3c")
	iv, plain := unhex("000102030405060708090a0b0c0d0e0f"), unhex("6bc1bee22e409f96e93d7e117393172a")
	cbc := kmip.CryptographicParameters{
		BlockCipherMode: kmip.BlockCipherModeCBC, PaddingMethod: kmip.PaddingMethodNone, CryptographicAlgorithm: kmip.CryptographicAlgorithmAES,
	}
	encrypt := func(data []byte) kmipclient.ExecEncrypt {
		return c.Encrypt(id).WithCryptographicParameters(cbc).WithIvCounterNonce(iv).Data(data)
	}
	if !since(c, 2) {
		s["encrypt"] = refused(c, encrypt(plain))
		return
	}
	encrypted := encrypt(plain).MustExec().Data
	s["cbc"] = hex.EncodeToString(encrypted)
	decrypt := c.Decrypt(id).WithCryptographicParameters(cbc).WithIvCounterNonce(iv)
	s["cbcBack"] = hex.EncodeToString(decrypt.Data(encrypted).MustExec().Data)
	s["cbcHalfBlock"] = refused(c, encrypt(plain[:8]))
	s["withoutIv"] = refused(c, c.Encrypt(id).WithCryptographicParameters(cbc).Data(plain))
	padded, yes := cbc, true
	padded.PaddingMethod, padded.RandomIV = kmip.PaddingMethodPKCS5, &yes
	chosen := c.Encrypt(id).WithCryptographicParameters(padded).Data([]byte("no IV given")).MustExec()
	s["ivLength"] = len(chosen.IVCounterNonce)
	opened := c.Decrypt(id).WithCryptographicParameters(padded).WithIvCounterNonce(chosen.IVCounterNonce).Data(chosen.Data).MustExec()
	s["ivBack"] = string(opened.Data)

	s["unknownMode"] = refused(c, c.Encrypt(id).WithCryptographicParameters(kmip.CryptographicParameters{
		BlockCipherMode: kmip.BlockCipherModePCBC, CryptographicAlgorithm: kmip.CryptographicAlgorithmAES,
	}).WithIvCounterNonce(iv).Data(plain))
	preActive := c.Create().AES(128, encryptDecrypt).MustExec().UniqueIdentifier
	s["preActive"] = refused(c, c.Encrypt(preActive).WithCryptographicParameters(cbc).WithIvCounterNonce(iv).Data(plain))

	c.Revoke(id).WithRevocationReasonCode(kmip.RevocationReasonCodeCessationOfOperation).MustExec()
	s["encryptDeactivated"] = refused(c, encrypt(plain))
	s["decryptDeactivated"] = hex.EncodeToString(decrypt.Data(encrypted).MustExec().Data)

	if !since(c, 4) {
		return
	}
	// The GCM specification of McGrew and Viega, test case 4.
	gcmKey := active(c, "feffe9928665731c6d6a8f9467308308")
	gcm := kmip.CryptographicParameters{
		BlockCipherMode: kmip.BlockCipherModeGCM, CryptographicAlgorithm: kmip.CryptographicAlgorithmAES, TagLength: 16,
	}
	nonce, aad := unhex("cafebabefacedbaddecaf888"), unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
	text := unhex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")
	sealed := c.Encrypt(gcmKey).WithCryptographicParameters(gcm).WithIvCounterNonce(nonce).WithAAD(aad).Data(text).MustExec()
	s["gcm"] = hex.EncodeToString(sealed.Data)
	s["gcmTag"] = hex.EncodeToString(sealed.AuthenticatedEncryptionTag)
	open := func(tag []byte) kmipclient.ExecDecrypt {
		return c.Decrypt(gcmKey).WithCryptographicParameters(gcm).WithIvCounterNonce(nonce).WithAAD(aad).WithAuthTag(tag).Data(sealed.Data)
	}
	s["gcmBack"] = hex.EncodeToString(open(sealed.AuthenticatedEncryptionTag).MustExec().Data)
	s["gcmForged"] = refused(c, open(make([]byte, 16)))
}

// active registers an AES key for encryption and activates it.
func active(c *kmipclient.Client, material string) string {
	id := c.Register().SymmetricKey(kmip.CryptographicAlgorithmAES, encryptDecrypt, unhex(material)).MustExec().UniqueIdentifier
	c.Activate(id).MustExec()
	return id
}

func unhex(text string) []byte {
	return must(hex.DecodeString(text))
}
