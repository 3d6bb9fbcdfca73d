package authority

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/streamsuites/streamsuites/internal/sim/keep"
)

const lifetime = 10 * 365 * 24 * time.Hour

// Authority signs the certificates of simulated servers.
type Authority struct {
	path string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// Open reads the authority in dir (ca.pem and ca-key.pem), or makes it.
func Open(dir string) (*Authority, error) {
	a := &Authority{path: filepath.Join(dir, "ca.pem")}
	keyPath := filepath.Join(dir, "ca-key.pem")
	err := a.load(keyPath)
	if errors.Is(err, fs.ErrNotExist) {
		err = a.create(keyPath)
	}
	if err != nil {
		return nil, fmt.Errorf("certificate authority in %s: %w", dir, err)
	}
	return a, nil
}

// Path is the file that holds the authority's certificate in PEM, for clients
// to trust.
func (a *Authority) Path() string { return a.path }

func (a *Authority) load(keyPath string) error {
	certDER, err := readPEM(a.path)
	if err != nil {
		return err
	}
	keyDER, err := readPEM(keyPath)
	if err != nil {
		return err
	}
	if a.cert, err = x509.ParseCertificate(certDER); err != nil {
		return fmt.Errorf("parse certificate: %w", err)
	}
	if a.key, err = x509.ParseECPrivateKey(keyDER); err != nil {
		return fmt.Errorf("parse key: %w", err)
	}
	return nil
}

func readPEM(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, fmt.Errorf("%s is not PEM", path)
	}
	return block.Bytes, nil
}

// create makes the authority. The certificate is written last: without it there
// is no authority yet.
func (a *Authority) create(keyPath string) error {
	template, err := newTemplate("Simulated platforms")
	if err != nil {
		return err
	}
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return fmt.Errorf("make key: %w", err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err != nil {
		return fmt.Errorf("make certificate: %w", err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		return fmt.Errorf("parse certificate: %w", err)
	}
	keyDER, err := x509.MarshalECPrivateKey(a.key)
	if err != nil {
		return fmt.Errorf("encode key: %w", err)
	}
	if err := keep.Replace(keyPath, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER})); err != nil {
		return err
	}
	return keep.Replace(a.path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// Server makes a certificate for these names and addresses and returns what a
// TLS server needs.
func (a *Authority) Server(names ...string) (*tls.Config, error) {
	template, err := newTemplate(names[0])
	if err != nil {
		return nil, err
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key}},
		MinVersion:   tls.VersionTLS12,
		// Small first records would cost a busy chat one system call each.
		DynamicRecordSizingDisabled: true,
	}, nil
}

func newTemplate(name string) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("make serial number: %w", err)
	}
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(lifetime),
	}, nil
}
