// The image checksum (PE Format, "CheckSum" of the optional header). Firmware does not look at it;
// signing tools and inspectors do.

/// Computes the checksum of an image.
enum PEChecksum {
  /// The checksum of a file of even length whose own field is zero.
  static func compute(_ file: [UInt8]) -> UInt32 {
    var sum: UInt32 = 0
    for index in stride(from: 0, to: file.count - 1, by: 2) {
      sum += UInt32(file[index]) | UInt32(file[index + 1]) << 8
      // The carry goes back in, so the sum stays within 16 bits and cannot overflow.
      sum = (sum & 0xFFFF) + (sum >> 16)
    }
    // The length is below 2^32: sections have 32-bit sizes and do not share memory.
    return sum + UInt32(file.count)
  }
}
