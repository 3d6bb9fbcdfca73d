// Package framecode writes a frame's number into its picture and reads it back,
// so that a test can tell exactly which frame of a source it is looking at.
//
// The code is one row of black and white blocks along the top edge: 32 bits of
// number, most significant first, then 8 bits of checksum. It survives lossy
// compression and scaling, because every block is read as the mean of its
// inner half and its place is a proportion of the picture. It does not survive
// cropping.
//
// The package knows nothing of codecs, files or clocks.
package framecode
