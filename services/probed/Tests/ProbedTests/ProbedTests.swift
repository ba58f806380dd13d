// probed against machines that the tests describe: functions by places, tables by their bytes.

import Bootstrap
import CapABI
import Devices
import IPC
import ProbedCore
import Service
import ServiceTesting
import Testing

/// A machine, and a deviced that writes down what it is told.
final class Machine {
  let kernel = TestKernel()
  /// Configuration space by location and offset.
  var functions: [UInt32: [UInt64: UInt32]] = [:]
  /// Bytes of tables by address.
  var memory: [UInt64: [UInt8]] = [:]
  var root: UInt64?
  var platform: UInt64 = 0
  var hasPCI = true
  var reported: [DeviceReport] = []
  var done: [UInt32] = []
  var refusal: ResultCode?
  var reads = 0

  init() {
    kernel.answer(ServiceSlot.control(0)) { [unowned self] in pci($0) }
    kernel.answer(ServiceSlot.control(1)) { [unowned self] in acpi($0) }
    kernel.serve(ServiceSlot.peer(0), DevicedRequest.self) {
      [unowned self] request, _ -> (DevicedReply, [TestCapability]) in
      if let refusal { throw refusal }
      switch request {
      case .reportDevice(let report):
        reported.append(report)
        return (.reportDevice, [])
      case .probeDone(let count):
        done.append(count)
        return (.probeDone, [])
      default: throw ResultCode.unsupported
      }
    }
  }

  private func pci(_ message: TestMessage) -> TestMessage {
    guard message.tag.label == ControlOperation.readPCIConfigDWord.rawValue, hasPCI else {
      return .refusing(.notFound)
    }
    reads += 1
    let space = functions[UInt32(message.word(0))]
    return word(UInt64(space.map { $0[message.word(1)] ?? 0 } ?? 0xFFFF_FFFF))
  }

  private func acpi(_ message: TestMessage) -> TestMessage {
    switch ControlOperation(rawValue: message.tag.label) {
    case .readPlatformCaps: return word(platform)
    case .getACPIRSDP: return root.map(word) ?? .refusing(.notFound)
    case .readACPIQWords:
      let address = message.word(0)
      for (base, bytes) in memory where base <= address {
        guard address - base + 8 <= UInt64(bytes.count) else { continue }
        let start = Int(address - base)
        return TestMessage(MessageTag(label: 0, length: 8), Array(bytes[start..<start + 8]))
      }
      return .refusing(.denied)
    default: return .refusing(.unsupported)
    }
  }

  private func word(_ value: UInt64) -> TestMessage {
    let body = (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
    return TestMessage(MessageTag(label: 0, length: 8), body)
  }

  /// Adds a function.
  func add(
    _ bus: UInt8, _ device: UInt8, _ function: UInt8 = 0, identity: UInt32 = 0x0001_1234,
    code: UInt32 = 0, header: UInt32 = 0, isMulti: Bool = false, bus secondary: UInt8 = 0,
    interrupt: UInt32 = 0xFF
  ) {
    let place = DeviceLocation(bus: bus, device: device, function: function).rawValue
    functions[place] = [
      0: identity, 8: code, 12: header << 16 | (isMulti ? 0x80_0000 : 0),
      24: UInt32(secondary) << 8, 60: interrupt,
    ]
  }

  /// Adds a bridge to a bus.
  func addBridge(_ bus: UInt8, _ device: UInt8, to secondary: UInt8) {
    add(bus, device, code: 0x0604_0000, header: 1, bus: secondary)
  }

  func start(heapBytes: Int = 1 << 14) throws -> Probed {
    var start = Start.sample(.probed, heapBytes: heapBytes)
    var system = kernel.system
    return try Probed(&start, &system)
  }

  var places: [UInt32] { reported.map(\.location.rawValue) }
}

extension Probed {
  fileprivate mutating func ask(
    _ request: ProbedRequest, on machine: Machine, as badge: UInt64 = 0x1_0051
  ) throws -> ProbedReply {
    try machine.kernel.ask(&self, request, badge: Badge(rawValue: badge)).reply
  }

  fileprivate mutating func code(
    _ request: ProbedRequest, on machine: Machine, as badge: UInt64 = 0x1_0051
  ) -> ResultCode? {
    do {
      _ = try ask(request, on: machine, as: badge)
      return nil
    } catch {
      return error as? ResultCode
    }
  }

  fileprivate mutating func summary(on machine: Machine) throws -> ScanSummary {
    guard case .readLastScan(let summary) = try ask(.readLastScan, on: machine) else {
      throw TestFailure.noReply
    }
    return summary
  }
}

struct ScanTests {
  @Test func `its faces are those of the boot configuration`() throws {
    let declared = try DeclaredService(.probed)
    #expect(declared.face("control") == ProbedFaces.control)
    #expect(declared.face("public") == ProbedFaces.client)
  }

  @Test func `an empty machine has nothing, and says so`() throws {
    let machine = Machine()
    machine.hasPCI = false
    var probed = try machine.start()
    #expect(machine.reported.isEmpty && machine.done == [0])
    #expect(try probed.summary(on: machine) == ScanSummary(scan: 1))
  }

  @Test func `the platform's devices are reported by their bits`() throws {
    let machine = Machine()
    machine.platform = 0x3F
    var probed = try machine.start()
    #expect(
      machine.reported == [
        DeviceReport(location: .platform(0), id: .com1),
        DeviceReport(location: .platform(1), id: .i8042),
        DeviceReport(location: .platform(2), id: .framebuffer),
      ])
    #expect(try probed.summary(on: machine).platform == 0x3F && machine.done == [3])
  }

  @Test func `a function is reported as its configuration space describes it`() throws {
    let machine = Machine()
    machine.add(0, 3, identity: 0x1042_1AF4, code: 0x0100_0001, interrupt: 0x010B)
    _ = try machine.start()
    #expect(
      machine.reported == [
        DeviceReport(
          location: DeviceLocation(bus: 0, device: 3, function: 0), id: .virtioBlock,
          vendor: 0x1AF4, product: 0x1042, classCode: 0x0100_0001, interruptLine: 11,
          interruptPin: 1)
      ])
  }

  @Test func `further functions count on a device that says it has them`() throws {
    let machine = Machine()
    machine.add(0, 1, 0, isMulti: true)
    machine.add(0, 1, 5)
    machine.add(0, 2, 0)
    machine.add(0, 2, 1)
    _ = try machine.start()
    #expect(machine.places == [0x100, 0x5_0100, 0x200])
  }

  @Test func `every bus behind bridges is looked at, once`() throws {
    let machine = Machine()
    machine.addBridge(0, 1, to: 1)
    machine.addBridge(0, 2, to: 4)
    machine.addBridge(1, 0, to: 2)
    machine.addBridge(2, 0, to: 3)
    machine.add(3, 31)
    machine.add(4, 0)
    // A bus that no bridge leads to is none.
    machine.add(9, 0)
    var probed = try machine.start()
    let summary = try probed.summary(on: machine)
    #expect(summary.busCount == 5 && summary.bridgeCount == 4 && summary.functionCount == 6)
    #expect(Set(machine.places).count == machine.places.count)
    #expect(machine.places.contains(0x1F03) && !machine.places.contains(0x0009))
  }

  @Test func `bridges that lead back, to themselves or nowhere are no loop`() throws {
    let machine = Machine()
    machine.addBridge(0, 1, to: 1)
    machine.addBridge(1, 1, to: 0)
    machine.addBridge(1, 2, to: 1)
    machine.addBridge(0, 3, to: 0)
    machine.addBridge(0, 4, to: 1)
    var probed = try machine.start()
    #expect(try probed.summary(on: machine).busCount == 2 && machine.reported.count == 5)
  }

  @Test func `buses of further host bridges are found`() throws {
    let machine = Machine()
    machine.add(0, 0, code: 0x0600_0000)
    machine.add(0, 5, code: 0x0600_0000)
    machine.addBridge(128, 0, to: 130)
    machine.add(130, 2)
    machine.add(255, 1)
    var probed = try machine.start()
    #expect(try probed.summary(on: machine).busCount == 4)
    #expect(machine.places.contains(0x282) && machine.places.contains(0x1FF))
  }

  @Test func `without further host bridges no bus is looked at in vain`() throws {
    let machine = Machine()
    machine.add(0, 0, code: 0x0600_0000)
    _ = try machine.start()
    #expect(machine.reads < 40)
  }

  @Test func `a full machine is reported whole`() throws {
    let machine = Machine()
    for device in 0..<32 as Range<UInt8> {
      for function in 0..<8 as Range<UInt8> { machine.add(0, device, function, isMulti: true) }
    }
    _ = try machine.start()
    #expect(machine.reported.count == 256 && machine.done == [256])
  }

  @Test func `a pin that there is not is none`() throws {
    let machine = Machine()
    machine.add(0, 1, interrupt: 0x070A)
    _ = try machine.start()
    #expect(machine.reported.first?.interruptPin == 0)
  }

  @Test func `a signal and DISCOVER scan again`() throws {
    let machine = Machine()
    var probed = try machine.start()
    machine.add(0, 7)
    machine.kernel.arrive(signal: 1)
    machine.kernel.run(&probed)
    #expect(machine.done == [0, 1])
    machine.functions = [:]
    let reply = try probed.ask(.discover, on: machine, as: 0x2_0022)
    #expect(reply == .discover(ScanSummary(scan: 3)) && machine.done == [0, 1, 0])
  }

  @Test func `a client reads and does not scan`() throws {
    let machine = Machine()
    var probed = try machine.start()
    #expect(probed.code(.discover, on: machine) == .denied)
    #expect(probed.code(.readLastScan, on: machine, as: 0x3_0001) == .denied)
    #expect(probed.code(.readLastScan, on: machine) == nil)
  }

  @Test func `what deviced refuses is told, and there is no scan`() throws {
    let machine = Machine()
    machine.platform = 1
    machine.refusal = .limitReached
    #expect(throws: ReadinessCode.peerUnavailable) { try machine.start() }
    machine.refusal = nil
    var probed = try machine.start()
    machine.refusal = .limitReached
    #expect(probed.code(.discover, on: machine, as: 0x2_0022) == .limitReached)
    #expect(probed.code(.readLastScan, on: machine) == .notFound)
  }

  @Test func `a start without memory is refused`() {
    #expect(throws: ReadinessCode.noMemory) { try Machine().start(heapBytes: 0) }
  }
}

struct TableTests {
  /// A table of zeros with this signature and length.
  private static func table(_ signature: String, _ length: Int = 44) -> [UInt8] {
    Array(signature.utf8) + word(UInt64(length), 4)
      + [UInt8](repeating: 0, count: max(0, length - 8))
  }

  private static func word(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
  }

  private static func list(_ signature: String, _ entries: [UInt64], _ size: Int) -> [UInt8] {
    let bytes = table(signature, 36) + entries.flatMap { word($0, size) }
    return Array(bytes[..<4]) + word(UInt64(bytes.count), 4) + Array(bytes[8...])
  }

  private static func root(revision: UInt8, narrow: UInt64, wide: UInt64) -> [UInt8] {
    let short = Array("RSD PTR ".utf8) + [0] + Array("ERIX  ".utf8) + [revision] + word(narrow, 4)
    return revision < 2 ? short : short + word(36, 4) + word(wide, 8) + [0, 0, 0, 0]
  }

  private func found(_ machine: Machine, heapBytes: Int = 1 << 14) throws -> [FirmwareTable] {
    var probed = try machine.start(heapBytes: heapBytes)
    var tables: [FirmwareTable] = []
    while case .readTable(let table)? = try? probed.ask(
      .readTable(index: UInt32(tables.count)), on: machine)
    {
      tables.append(table)
    }
    #expect(try probed.summary(on: machine).tableCount == UInt32(tables.count))
    #expect(
      probed.code(.readTable(index: UInt32(tables.count)), on: machine) == .notFound)
    return tables
  }

  @Test(arguments: [0, 2] as [UInt8])
  func `the tables of either revision are listed`(revision: UInt8) throws {
    let machine = Machine()
    machine.root = 0x100
    machine.memory[0x100] = Self.root(revision: revision, narrow: 0x1000, wide: 0x2000)
    machine.memory[0x1000] = Self.list("RSDT", [0x3000, 0x4000], 4)
    machine.memory[0x2000] = Self.list("XSDT", [0x3000, 0x4000], 8)
    machine.memory[0x3000] = Self.table("FACP", 244)
    machine.memory[0x4000] = Self.table("APIC", 120)
    #expect(
      try found(machine) == [
        FirmwareTable(signature: 0x5043_4146, length: 244, address: 0x3000),
        FirmwareTable(signature: 0x4349_5041, length: 120, address: 0x4000),
      ])
  }

  @Test func `a machine without tables has none`() throws {
    let machine = Machine()
    #expect(try found(machine).isEmpty)
    machine.root = 0x100
    #expect(try found(machine).isEmpty)
    machine.memory[0x100] = Self.root(revision: 0, narrow: 0, wide: 0)
    #expect(try found(machine).isEmpty)
  }

  @Test func `an entry that leads nowhere is left out`() throws {
    let machine = Machine()
    machine.root = 0x100
    machine.memory[0x100] = Self.root(revision: 2, narrow: 0, wide: 0x2000)
    machine.memory[0x2000] = Self.list("XSDT", [0, 0x9000, 0x3000], 8)
    machine.memory[0x3000] = Self.table("HPET")
    #expect(try found(machine).map(\.address) == [0x3000])
  }

  @Test func `a length that no table has is no work without end`() throws {
    let machine = Machine()
    machine.root = 0x100
    machine.memory[0x100] = Self.root(revision: 2, narrow: 0, wide: 0x2000)
    var list = Self.list("XSDT", [0x3000], 8)
    list.replaceSubrange(4..<8, with: [0xFF, 0xFF, 0xFF, 0xFF])
    machine.memory[0x2000] = list
    machine.memory[0x3000] = Self.table("HPET")
    #expect(try found(machine).count == 1)
    list.replaceSubrange(4..<8, with: [4, 0, 0, 0])
    machine.memory[0x2000] = list
    #expect(try found(machine).isEmpty)
  }

  @Test func `as many are kept as there is memory for`() throws {
    let machine = Machine()
    machine.root = 0x100
    machine.memory[0x100] = Self.root(revision: 2, narrow: 0, wide: 0x2000)
    let places = (0..<40).map { 0x1_0000 + UInt64($0) * 0x100 }
    machine.memory[0x2000] = Self.list("XSDT", places, 8)
    for place in places { machine.memory[place] = Self.table("SSDT") }
    let count = try found(machine, heapBytes: 256).count
    #expect(count > 0 && count < 40)
  }
}
