// probed: what is there (docs/reference/protocols/probed.md). It reads configuration spaces, tables
// and the platform's bits, and reports to deviced; it changes nothing and gives nobody anything.

public import Bootstrap
public import CapABI
import Devices
import IPC
import Runtime
public import Service
import Store
public import Sys

/// The service.
public struct Probed: Server {
  static var pci: CapSlot { ServiceSlot.control(0) }
  static var acpi: CapSlot { ServiceSlot.control(1) }
  static var deviced: CapSlot { ServiceSlot.peer(0) }

  /// The scan in hand, or the last one.
  var summary = ScanSummary(scan: 1)
  var tables: Pile<FirmwareTable>
  private var isDone = false
  /// Scans that were begun.
  private var scanCount: UInt32 = 0

  /// probed after its first scan.
  ///
  /// - Throws: NO_MEMORY when the heap has no room for a table, PEER_UNAVAILABLE when deviced
  ///   refuses a report.
  public init<S: System>(_ start: inout Start, _ system: inout S) throws(ReadinessCode) {
    tables = Pile(in: try start.take(start.heap.byteCount & ~15))
    guard tables.capacity > 0 else { throw .noMemory }
    readTables(&system)
    do throws(ResultCode) {
      try scan(&system)
    } catch {
      throw .peerUnavailable
    }
  }

  /// Answers a request.
  public mutating func answer<S: System>(
    _ message: Message, _ system: inout S
  ) throws(ResultCode) -> Reply {
    let request: ProbedRequest = try system.decode(message)
    let isControl = ProbedFaces.control.contains(message.badge)
    guard isControl || ProbedFaces.client.contains(message.badge) else { throw .denied }
    let reply: ProbedReply
    switch request {
    case .discover:
      guard isControl else { throw .denied }
      try scan(&system)
      reply = .discover(summary)
    case .readLastScan:
      guard isDone else { throw .notFound }
      reply = .readLastScan(summary)
    case .readTable(let index):
      guard let place = tables.place(at: index) else { throw .notFound }
      reply = .readTable(tables[place])
    }
    return .now(try system.encode(reply: reply))
  }

  /// Scans again: deviced says that a device came or went.
  public mutating func signalled<S: System>(_ bits: UInt64, _ system: inout S) {
    // What was refused is reported by the next scan; deviced takes a scan as a whole.
    try? scan(&system)
  }

  // MARK: Scan

  /// Reports everything, then that this was all.
  ///
  /// - Throws: What deviced answers.
  private mutating func scan<S: System>(_ system: inout S) throws(ResultCode) {
    scanCount = scanCount == .max ? .max : scanCount + 1
    summary = ScanSummary(
      scan: scanCount, tableCount: UInt32(truncatingIfNeeded: tables.count))
    isDone = false
    try reportPlatform(&system)
    try reportPCI(&system)
    let _: DevicedReply = try system.ask(
      DevicedRequest.probeDone(deviceCount: summary.deviceCount), of: Self.deviced)
    isDone = true
    tellFirst(&system)
  }

  private mutating func reportPlatform<S: System>(_ system: inout S) throws(ResultCode) {
    guard let bits = try? system.control(.readPlatform, on: Self.acpi).word0 else { return }
    summary.platform = UInt32(truncatingIfNeeded: bits)
    for bit in 0..<32 as Range<UInt8> where bits & 1 << UInt64(bit) != 0 {
      guard let id = DeviceID.platform(bit) else { continue }
      try report(DeviceReport(location: .platform(bit), id: id), &system)
    }
  }

  /// - Throws: What deviced answers.
  mutating func report<S: System>(
    _ device: DeviceReport, _ system: inout S
  ) throws(ResultCode) {
    let _: DevicedReply = try system.ask(
      DevicedRequest.reportDevice(device), of: Self.deviced)
    summary.deviceCount += 1
  }

  /// The first scan in the log.
  private func tellFirst<S: System>(_ system: inout S) {
    guard summary.scan == 1 else { return }
    var line = TextLine("PCI functions: ")
    line.append(decimal: UInt64(summary.functionCount))
    system.log(line, .info)
  }
}
