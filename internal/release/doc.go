// Package release holds what people write down about the project by hand: its
// changelog, its roadmap and who stands behind it. The files lie beside the code
// and are part of the program.
//
// It reads and checks them, and stamps a checkout with a release. It must not
// know how the exported documents look, and it adds nothing to what the files say
// but figures that follow from them.
package release
