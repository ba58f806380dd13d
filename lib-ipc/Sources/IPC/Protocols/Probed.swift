// The protocol of probed: what a scan of the machine found
// (docs/reference/protocols/probed.md has Rights, Errors and Blocks of each operation).

import CapABI

/// Operations of probed.
public enum ProbedOperation: UInt16, ServiceOperation {
  /// Looks at the whole machine again.
  case discover = 0x560
  /// Reads what the last scan found.
  case readLastScan = 0x561
  /// Reads the tables of the firmware one by one.
  case readTable = 0x562

  /// How each operation travels.
  public var shape: OperationShape {
    switch self {
    case .discover, .readLastScan: .call(.empty, reply: .exactly(24))
    case .readTable: .call(.exactly(8), reply: .exactly(16))
    }
  }
}

/// The faces of probed, as ranges of badges.
public enum ProbedFaces {
  /// Those that may have it scan.
  public static var control: BadgeRange { .controlFace }
  /// Those that look at what it found.
  public static var client: BadgeRange { .publicFace }
}

/// A scan in numbers.
public struct ScanSummary: Equatable, BitwiseCopyable, Sendable {
  /// Its number, counted from 1.
  public var scan: UInt32
  /// PCI buses that were looked at.
  public var busCount: UInt16
  /// Bridges to further buses.
  public var bridgeCount: UInt16
  /// PCI functions, bridges among them.
  public var functionCount: UInt32
  /// Devices that were reported to deviced, those of the platform among them.
  public var deviceCount: UInt32
  /// Bits of `PlatformCapabilities`.
  public var platform: UInt32
  /// Tables of the firmware.
  public var tableCount: UInt32

  /// A summary of these parts.
  public init(
    scan: UInt32, busCount: UInt16 = 0, bridgeCount: UInt16 = 0, functionCount: UInt32 = 0,
    deviceCount: UInt32 = 0, platform: UInt32 = 0, tableCount: UInt32 = 0
  ) {
    self.scan = scan
    self.busCount = busCount
    self.bridgeCount = bridgeCount
    self.functionCount = functionCount
    self.deviceCount = deviceCount
    self.platform = platform
    self.tableCount = tableCount
  }

  init(from reader: inout BodyReader) throws(ProtocolError) {
    scan = try reader.integer(in: 1...UInt32.max)
    busCount = try reader.integer()
    bridgeCount = try reader.integer()
    functionCount = try reader.integer()
    deviceCount = try reader.integer()
    platform = try reader.integer()
    tableCount = try reader.integer()
  }

  func write(to writer: inout BodyWriter) throws(ProtocolError) {
    try writer.integer(scan, in: 1...UInt32.max)
    try writer.integer(busCount)
    try writer.integer(bridgeCount)
    try writer.integer(functionCount)
    try writer.integer(deviceCount)
    try writer.integer(platform)
    try writer.integer(tableCount)
  }
}

/// A table of the firmware.
public struct FirmwareTable: Equatable, BitwiseCopyable, Sendable {
  /// Its four letters, the first in the low byte.
  public var signature: UInt32
  /// Its bytes.
  public var length: UInt32
  /// Its physical address.
  public var address: UInt64

  /// A table of these parts.
  public init(signature: UInt32, length: UInt32, address: UInt64) {
    self.signature = signature
    self.length = length
    self.address = address
  }
}

/// A request to probed.
public enum ProbedRequest: ServiceRequest, Equatable, Sendable {
  /// Everything is reported anew.
  case discover
  /// The last scan.
  case readLastScan
  /// The table with this index, counted from 0.
  case readTable(index: UInt32)

  /// What is asked for.
  public var operation: ProbedOperation {
    switch self {
    case .discover: .discover
    case .readLastScan: .readLastScan
    case .readTable: .readTable
    }
  }

  /// Reads the fields.
  public init(_ operation: ProbedOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .discover: self = .discover
    case .readLastScan: self = .readLastScan
    case .readTable:
      self = .readTable(index: try reader.integer())
      try reader.reserved(4)
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .discover, .readLastScan: break
    case .readTable(let index):
      try writer.integer(index)
      try writer.reserved(4)
    }
  }
}

/// A successful reply of probed.
public enum ProbedReply: ServiceReply, Equatable, Sendable {
  /// What was found.
  case discover(ScanSummary)
  /// What was found.
  case readLastScan(ScanSummary)
  /// The table.
  case readTable(FirmwareTable)

  /// What is answered.
  public var operation: ProbedOperation {
    switch self {
    case .discover: .discover
    case .readLastScan: .readLastScan
    case .readTable: .readTable
    }
  }

  /// Reads the fields.
  public init(_ operation: ProbedOperation, from reader: inout BodyReader) throws(ProtocolError) {
    switch operation {
    case .discover: self = .discover(try ScanSummary(from: &reader))
    case .readLastScan: self = .readLastScan(try ScanSummary(from: &reader))
    case .readTable:
      self = .readTable(
        FirmwareTable(
          signature: try reader.integer(), length: try reader.integer(),
          address: try reader.integer()))
    }
  }

  /// Writes the fields.
  public func write(to writer: inout BodyWriter) throws(ProtocolError) {
    switch self {
    case .discover(let summary), .readLastScan(let summary): try summary.write(to: &writer)
    case .readTable(let table):
      try writer.integer(table.signature)
      try writer.integer(table.length)
      try writer.integer(table.address)
    }
  }
}
