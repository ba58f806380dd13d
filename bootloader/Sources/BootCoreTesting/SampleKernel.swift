// A small kernel file, built field by field so that a test can break any of them.

/// One program header and the bytes it loads.
public struct SampleSegment {
  /// Flags: 1 execute, 2 write, 4 read.
  public var flags: UInt32
  /// Virtual address.
  public var address: UInt64
  /// Bytes in the file.
  public var contents: [UInt8]
  /// Bytes in memory.
  public var memorySize: UInt64

  /// A segment of these parts.
  public init(flags: UInt32, address: UInt64, contents: [UInt8], memorySize: UInt64) {
    self.flags = flags
    self.address = address
    self.contents = contents
    self.memorySize = memorySize
  }
}

/// A kernel file.
public struct SampleKernel {
  /// Where kernels are linked.
  public static let base: UInt64 = 0xFFFF_FFFF_8000_0000

  /// `e_type`: 2 fixed, 3 position independent.
  public var type: UInt16 = 2
  /// `e_machine`.
  public var machine: UInt16 = 62
  /// First instruction.
  public var entry = SampleKernel.base + 16
  /// Code, constants, data with zeros behind.
  public var segments = [
    SampleSegment(
      flags: 5, address: base, contents: Array(repeating: 0x90, count: 100), memorySize: 100),
    SampleSegment(
      flags: 4, address: base + 0x1000, contents: Array(repeating: 0x11, count: 50),
      memorySize: 50),
    SampleSegment(
      flags: 6, address: base + 0x2000, contents: Array(repeating: 0x22, count: 60),
      memorySize: 0x1800),
  ]

  /// A valid kernel.
  public init() {}

  /// The bytes of the file.
  public var file: [UInt8] {
    var header: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1] + Array(repeating: 0, count: 9)
    header += Self.bytes(type) + Self.bytes(machine) + Self.bytes(UInt32(1)) + Self.bytes(entry)
    header += Self.bytes(UInt64(64)) + Self.bytes(UInt64(0)) + Self.bytes(UInt32(0))
    header += Self.bytes(UInt16(64)) + Self.bytes(UInt16(56)) + Self.bytes(UInt16(segments.count))
    header += Self.bytes(UInt16(64)) + Self.bytes(UInt32(0))
    var data: [UInt8] = []
    for (index, segment) in segments.enumerated() {
      header += Self.bytes(UInt32(1)) + Self.bytes(segment.flags)
      header += Self.bytes(UInt64(4096 * (index + 1)))
      header += Self.bytes(segment.address) + Self.bytes(segment.address)
      header += Self.bytes(UInt64(segment.contents.count)) + Self.bytes(segment.memorySize)
      header += Self.bytes(UInt64(4096))
      data += segment.contents + Array(repeating: 0, count: 4096 - segment.contents.count)
    }
    return header + Array(repeating: 0, count: 4096 - header.count) + data
  }

  /// Little-endian bytes of a number.
  static func bytes<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
    (0..<(Integer.bitWidth / 8)).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
}
