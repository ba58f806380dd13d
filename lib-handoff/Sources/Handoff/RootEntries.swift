// Entries of the three tables of the kernel->root handoff.

public import Bytes
public import CapABI

/// A capability that the root task starts with, untyped memory and module frames excepted.
public struct RootCapability: Equatable, Sendable {
  /// Slot, type, family and rights; no peer and no badge.
  public var descriptor: TransferDescriptor

  /// A capability as the descriptor says.
  public init(_ descriptor: TransferDescriptor) {
    self.descriptor = descriptor
  }
}

extension RootCapability: WireEntry {
  /// Stands in the kernel->root handoff.
  public typealias Format = RootFormat
  /// Table 0.
  public static let table = 0
  /// 24 bytes.
  public static let encodedSize = TransferDescriptor.size

  /// Decodes and validates.
  ///
  /// - Throws: what `TransferDescriptor.init(fields:)` throws, and `FormatError.nonzeroReserved`
  ///   for a peer or a badge.
  public init(_ record: Record) throws(FormatError) {
    descriptor = try TransferDescriptor(fields: record)
    try record.requireZero(at: TransferDescriptor.peerOffset, count: 12)
  }

  /// Writes the entry.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try descriptor.encodeFields(into: &bytes, at: offset)
  }
}

/// Untyped memory that the root task starts with.
public struct RootUntyped: Equatable, Sendable {
  /// The smallest and the largest size, as powers of two.
  public static let sizeBitsRange: ClosedRange<UInt8> = 12...48

  /// Physical address, a multiple of the size.
  public var base: UInt64
  /// The slot in root's CSpace.
  public var slot: CapSlot
  /// The size is 2^sizeBits bytes.
  public var sizeBits: UInt8
  /// Whether it is device memory.
  public var isDevice: Bool

  /// Untyped memory of these parts.
  public init(base: UInt64, slot: CapSlot, sizeBits: UInt8, isDevice: Bool) {
    self.base = base
    self.slot = slot
    self.sizeBits = sizeBits
    self.isDevice = isDevice
  }

  /// The pages; a size below one page, which decoders refuse, gives none.
  public var pages: PageRange {
    PageRange(base: base, pageCount: (UInt64(1) << UInt64(sizeBits)) / PageRange.pageSize)
  }
}

extension RootUntyped: WireEntry {
  /// Stands in the kernel->root handoff.
  public typealias Format = RootFormat
  /// Table 1.
  public static let table = 1
  /// 16 bytes.
  public static let encodedSize = 16

  /// Decodes and validates.
  ///
  /// - Throws: `FormatError.invalidValue` for a size outside 12...48, a base that is not a multiple
  ///   of it or passes the physical limit, or slot 0; `unknownFlags`, `nonzeroReserved`.
  public init(_ record: Record) throws(FormatError) {
    base = try record.integer(at: 0)
    slot = CapSlot(rawValue: try record.integer(at: 8))
    sizeBits = try record.integer(at: 12)
    let flags: UInt8 = try record.integer(at: 13)
    guard flags <= 1 else {
      throw .unknownFlags(offset: record.base + 13, found: UInt64(flags))
    }
    isDevice = flags == 1
    try record.requireZero(at: 14, count: 2)
    try record.require(slot != .null, at: 8, slot.rawValue)
    try record.require(Self.sizeBitsRange.contains(sizeBits), at: 12, sizeBits)
    // The base is a multiple of the size and the limit is too: being below it is enough.
    let size = UInt64(1) << UInt64(sizeBits)
    try record.require(base % size == 0 && base < PageRange.physicalLimit, at: 0, base)
  }

  /// Writes the entry.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try bytes.store(base, at: offset)
    try bytes.store(slot.rawValue, at: offset + 8)
    try bytes.store(sizeBits, at: offset + 12)
    try bytes.store(UInt8(isDevice ? 1 : 0), at: offset + 13)
  }
}

/// A boot module as the root task gets it: mapped, as frames, or both.
public struct RootModule: Equatable, Sendable {
  /// Family, role, name.
  public var key: ModuleKey
  /// Frames in consecutive slots; 0 when the module is only mapped.
  public var frameCount: UInt32
  /// Where root reads it; 0 when it is only given as frames.
  public var address: UInt64
  /// Bytes.
  public var size: UInt64
  /// Slot of the first frame; `CapSlot.null` without frames.
  public var firstFrame: CapSlot

  /// A module of these parts.
  public init(
    key: ModuleKey, frameCount: UInt32, address: UInt64, size: UInt64, firstFrame: CapSlot
  ) {
    self.key = key
    self.frameCount = frameCount
    self.address = address
    self.size = size
    self.firstFrame = firstFrame
  }
}

extension RootModule: WireEntry {
  /// Stands in the kernel->root handoff.
  public typealias Format = RootFormat
  /// Table 2.
  public static let table = 2
  /// 64 bytes.
  public static let encodedSize = 64

  /// Decodes and validates.
  ///
  /// - Throws: `FormatError.invalidValue` for a bad key, address, size, frame count or slot, or a
  ///   boot configuration without address; `nonzeroReserved`.
  public init(_ record: Record) throws(FormatError) {
    key = try ModuleKey(record)
    frameCount = try record.integer(at: 4)
    address = try record.integer(at: 40)
    size = try record.integer(at: 48)
    firstFrame = CapSlot(rawValue: try record.integer(at: 56))
    try record.requireZero(at: 60, count: 4)
    try record.require(size != 0 && size <= UserImage.limit, at: 48, size)
    let needsAddress = frameCount == 0 || key.family == .bootConfig
    if address != 0 || needsAddress {
      let pages = PageRange(base: address, byteCount: size, limit: UserImage.limit)
      try record.require(address != 0 && pages != nil, at: 40, address)
    }
    let pages = (size - 1) / PageRange.pageSize + 1
    try record.require(UInt64(frameCount) <= pages, at: 4, frameCount)
    try record.require(
      (frameCount == 0) == (firstFrame == .null), at: 56, firstFrame.rawValue)
    try record.require(
      frameCount <= UInt32.max - firstFrame.rawValue, at: 56, firstFrame.rawValue)
  }

  /// Writes the entry.
  ///
  /// - Throws: `BytesError.full` when it does not fit.
  public func encode(into bytes: inout MutableRawSpan, at offset: Int) throws(BytesError) {
    try key.encode(into: &bytes, at: offset)
    try bytes.store(frameCount, at: offset + 4)
    try bytes.store(address, at: offset + 40)
    try bytes.store(size, at: offset + 48)
    try bytes.store(firstFrame.rawValue, at: offset + 56)
  }
}
