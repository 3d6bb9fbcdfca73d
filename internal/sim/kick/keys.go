package kick

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/streamsuites/streamsuites/internal/sim/keep"
)

// keyBits is the length of the platform's key.
const keyBits = 2048

// openKeys reads the key pair at path, or makes it.
func openKeys(path string) (*rsa.PrivateKey, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKeys(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the webhooks' key: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("read the webhooks' key: %s holds no PEM block", path)
	}
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read the webhooks' key: %w", err)
	}
	return key, nil
}

func makeKeys(path string) (*rsa.PrivateKey, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, fmt.Errorf("make the webhooks' key: %w", err)
	}
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	return key, keep.Replace(path, pem.EncodeToMemory(block))
}

// PublicKey is the key of the webhooks' signatures, as PEM.
func (s *Server) PublicKey() (string, error) {
	der, err := x509.MarshalPKIXPublicKey(&s.keys.PublicKey)
	if err != nil {
		return "", fmt.Errorf("render the webhooks' public key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}

// sign signs a webhook: RSA PKCS#1 v1.5 over SHA-256 of id, timestamp and body
// with dots between them, in base64 (protocols §4.2).
func sign(key *rsa.PrivateKey, id, timestamp string, body []byte) (string, error) {
	sum := sha256.Sum256([]byte(id + "." + timestamp + "." + string(body)))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("sign webhook: %w", err)
	}
	return base64.StdEncoding.EncodeToString(signature), nil
}
