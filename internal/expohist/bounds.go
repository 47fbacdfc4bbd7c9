package expohist

// bounds[j] is the fraction (the low 52 bits) of the smallest float64 above 2^(j/64) in [1, 2). For j > 0 the bound itself is
// irrational, so no float64 lies on it. A test derives every entry with big integers.
var bounds = [octave + 1]uint64{
	0x0000000000001, 0x02c9a3e778061, 0x059b0d3158575, 0x0874518759bc9,
	0x0b5586cf98910, 0x0e3ec32d3d1a3, 0x11301d0125b51, 0x1429aaea92de0,
	0x172b83c7d517b, 0x1a35beb6fcb76, 0x1d4873168b9ab, 0x2063b88628cd7,
	0x2387a6e756239, 0x26b4565e27cde, 0x29e9df51fdee2, 0x2d285a6e4030c,
	0x306fe0a31b716, 0x33c08b2641700, 0x371a7373aa9cb, 0x3a7db34e59ff7,
	0x3dea64c123423, 0x4160a21f72e2a, 0x44e086061892e, 0x486a2b5c13cd1,
	0x4bfdad5362a28, 0x4f9b2769d2ca7, 0x5342b569d4f82, 0x56f4736b527db,
	0x5ab07dd48542a, 0x5e76f15ad2149, 0x6247eb03a5585, 0x6623882552225,
	0x6a09e667f3bcd, 0x6dfb23c651a2f, 0x71f75e8ec5f74, 0x75feb564267c9,
	0x7a11473eb0187, 0x7e2f336cf4e63, 0x82589994cce13, 0x868d99b4492ed,
	0x8ace5422aa0dc, 0x8f1ae99157737, 0x93737b0cdc5e5, 0x97d829fde4e50,
	0x9c49182a3f091, 0xa0c667b5de565, 0xa5503b23e255d, 0xa9e6b5579fdc0,
	0xae89f995ad3ae, 0xb33a2b84f15fb, 0xb7f76f2fb5e47, 0xbcc1e904bc1d3,
	0xc199bdd85529d, 0xc67f12e57d14c, 0xcb720dcef906a, 0xd072d4a07897c,
	0xd5818dcfba488, 0xda9e603db3286, 0xdfc97337b9b5f, 0xe502ee78b3ff7,
	0xea4afa2a490da, 0xefa1bee615a28, 0xf50765b6e4541, 0xfa7c1819e90d9,
	1 << fractionBits,
}
