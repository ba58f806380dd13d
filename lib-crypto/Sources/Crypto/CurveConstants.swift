// The numbers of edwards25519 (RFC 8032 section 5.1), in limbs of 51 bits. TABLE
//
// A test computes each again from its definition.

extension FieldElement {
  /// The curve constant d = -121665 / 121666.
  package static var curveD: Self {
    Self(
      0x3_4dca_1359_78a3, 0x1_a828_3b15_6ebd, 0x5_e7a2_6001_c029, 0x7_39c6_63a0_3cbb,
      0x5_2036_cee2_b6ff)
  }

  /// Twice the curve constant, which the addition formula multiplies by.
  package static var doubleCurveD: Self {
    Self(
      0x6_9b94_26b2_f159, 0x3_5050_762a_dd7a, 0x3_cf44_c003_8052, 0x6_738c_c740_7977,
      0x2_406d_9dc5_6dff)
  }

  /// The root 2^((p - 1) / 4) of -1.
  package static var rootOfMinusOne: Self {
    Self(
      0x6_1b27_4a0e_a0b0, 0x0_d5a5_fc8f_189d, 0x7_ef5e_9cbd_0c60, 0x7_8595_a680_4c9e,
      0x2_b832_4804_fc1d)
  }

  /// The x coordinate of the base point: the even root.
  package static var baseX: Self {
    Self(
      0x6_2d60_8f25_d51a, 0x4_12a4_b4f6_592a, 0x7_5b71_71a4_b31d, 0x1_ff60_5271_18fe,
      0x2_1693_6d3c_d6e5)
  }

  /// The y coordinate of the base point: 4/5.
  package static var baseY: Self {
    Self(
      0x6_6666_6666_6658, 0x4_cccc_cccc_cccc, 0x1_9999_9999_9999, 0x3_3333_3333_3333,
      0x6_6666_6666_6666)
  }
}
