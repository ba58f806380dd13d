// A small valid position-independent executable, and the means to spoil one field of it.
//
//   file offset  link address  contents
//   0x000        0x0000        header, program headers, relocation table (read)
//   0x1C0        0x11C0        16 bytes of code (read, execute)
//   0x1D0        0x21D0        dynamic section, 16 bytes of data, zeros to 0x33D0 (read, write)

import Bytes
public import ELF

/// The file of a sample executable.
public struct Sample: Sendable {
  /// Its bytes.
  public var bytes: [UInt8]

  /// A file of these bytes.
  public init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Fields of a program header: the raw value is the offset, the first two have four bytes.
  public enum Field: Int {
    /// What the entry is.
    case type = 0
    /// Rights.
    case flags = 4
    /// In the file.
    case offset = 8
    /// Link address.
    case address = 16
    /// Bytes in the file.
    case fileSize = 32
    /// Bytes in memory.
    case memorySize = 40
    /// Of the address.
    case alignment = 48
  }

  /// Program headers of the sample, in table order.
  public enum Header: Int {
    /// Read-only bytes.
    case constants = 0
    /// Code.
    case code
    /// Writable bytes.
    case data
    /// The dynamic section.
    case dynamic
    /// What is read-only after relocation.
    case relro
    /// The rights of the stack.
    case stack
  }

  /// Bytes of the file.
  public static let size = 0x240
  /// Link address of the first instruction.
  public static let entry: UInt64 = 0x11C0
  /// File offset of the relocation table.
  public static let relocationTable = 0x190
  /// File offset of the dynamic section.
  public static let dynamicSection = 0x1D0

  /// The sample, changed by `spoil`.
  public static func pie(_ spoil: (inout Sample) -> Void = { _ in }) -> Sample {
    var sample = Sample(bytes: Array(repeating: 0, count: size))
    sample.writeFileHeader()
    sample.writeProgramHeaders()
    sample.setRelocation(0, target: 0x2230, addend: 0x11C0)
    sample.setRelocation(1, target: 0x33C8, addend: 0x4000)
    let dynamic: [(UInt64, UInt64)] = [
      (7, 0x190), (8, 48), (9, 24), (0x6FFF_FFF9, 2), (0x6FFF_FFFB, 0x0800_0000), (0, 0),
    ]
    for (index, entry) in dynamic.enumerated() {
      sample.setDynamic(index, tag: entry.0, value: entry.1)
    }
    for index in 0..<16 { sample.bytes[0x1C0 + index] = 0x90 }
    for index in 0..<16 { sample.bytes[0x230 + index] = UInt8(0xA0 + index) }
    spoil(&sample)
    return sample
  }

  /// The sample linked for fixed addresses 0x400000 higher, without a dynamic section.
  public static func fixed(_ spoil: (inout Sample) -> Void = { _ in }) -> Sample {
    pie { sample in
      sample.set(UInt16(2), at: 16)
      sample.set(UInt64(0x40_11C0), at: 24)
      for (header, address) in [
        (Header.constants, 0x40_0000), (.code, 0x40_11C0), (.data, 0x40_21D0),
        (.relro, 0x40_21D0),
      ] {
        sample.set(header, .address, UInt64(address))
      }
      sample.set(.dynamic, .type, 0)
      spoil(&sample)
    }
  }

  /// Why the file is refused; nil when it is not.
  public func refusal(limits: ELFLimits = .program) -> ELFError? {
    do {
      _ = try ELFImage(bytes.span.rawBytes, limits: limits)
      return nil
    } catch {
      return error
    }
  }

  /// Overwrites a little-endian integer.
  public mutating func set<Integer: FixedWidthInteger>(_ value: Integer, at offset: Int) {
    for index in 0..<(Integer.bitWidth / 8) {
      bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
    }
  }

  /// Overwrites a field of a program header.
  public mutating func set(_ header: Header, _ field: Field, _ value: UInt64) {
    let offset = 64 + 56 * header.rawValue + field.rawValue
    if field == .type || field == .flags {
      set(UInt32(truncatingIfNeeded: value), at: offset)
    } else {
      set(value, at: offset)
    }
  }

  /// Overwrites an entry of the dynamic section.
  public mutating func setDynamic(_ index: Int, tag: UInt64, value: UInt64) {
    set(tag, at: Self.dynamicSection + 16 * index)
    set(value, at: Self.dynamicSection + 16 * index + 8)
  }

  /// Overwrites a relocation.
  public mutating func setRelocation(
    _ index: Int, target: UInt64, type: UInt32 = 8, symbol: UInt32 = 0, addend: UInt64
  ) {
    let offset = Self.relocationTable + 24 * index
    set(target, at: offset)
    set(type, at: offset + 8)
    set(symbol, at: offset + 12)
    set(addend, at: offset + 16)
  }

  private mutating func writeFileHeader() {
    set(UInt64(0x0001_0102_464C_457F), at: 0)
    set(UInt16(3), at: 16)
    set(UInt16(62), at: 18)
    set(UInt32(1), at: 20)
    set(Self.entry, at: 24)
    set(UInt64(64), at: 32)
    set(UInt16(64), at: 52)
    set(UInt16(56), at: 54)
    set(UInt16(6), at: 56)
  }

  private mutating func writeProgramHeaders() {
    let rows: [[UInt64]] = [
      [1, 4, 0, 0, 0x1C0, 0x1C0, 0x1000],
      [1, 5, 0x1C0, 0x11C0, 0x10, 0x10, 0x1000],
      [1, 6, 0x1D0, 0x21D0, 0x70, 0x1200, 0x1000],
      [2, 6, 0x1D0, 0x21D0, 0x60, 0x60, 8],
      [0x6474_E552, 4, 0x1D0, 0x21D0, 0x70, 0xE30, 1],
      [0x6474_E551, 6, 0, 0, 0, 0, 0],
    ]
    let fields: [Field] = [
      .type, .flags, .offset, .address, .fileSize, .memorySize, .alignment,
    ]
    for (index, row) in rows.enumerated() {
      guard let header = Header(rawValue: index) else { continue }
      for (field, value) in zip(fields, row) { set(header, field, value) }
    }
  }
}
