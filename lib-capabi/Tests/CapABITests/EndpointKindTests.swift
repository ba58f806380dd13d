// Families: each accepts its own surface and nothing else, whatever slot it stands in.

import CapABI
import Testing

struct EndpointKindTests {
  @Test(arguments: EndpointKind.allCases)
  func `every kernel family answers QUERY_CAP`(kind: EndpointKind) {
    #expect(kind.accepts(.queryCap) == (kind != .generic))
  }

  @Test(arguments: EndpointKind.allCases)
  func `reserved operations are accepted by no family`(kind: EndpointKind) {
    #expect(!kind.accepts(.createProcess))
    #expect(!kind.accepts(.capCopy))
  }

  @Test func `published families have exactly their published surface`() {
    let expected: [(EndpointKind, Set<ControlOperation>)] = [
      (.time, [.readMonotonicClock]), (.hotplug, [.waitHotplugEvent]),
      (.pciConfig, [.readPlatformCaps, .readPCIConfigDWord]),
      (.com1, [.ioPortRead8, .ioPortWrite8]), (.memory, [.retypeUntypedToFrame]),
      (.vspace, [.mapFrame, .unmapFrame]), (.pager, [.resolveFault]),
      (.log, [.logString, .writeLegacySerial]),
      (.acpi, [.readPlatformCaps, .getACPIRSDP, .readACPIQWords]),
      (.i8042, [.ioPortRead8, .ioPortWrite8]),
    ]
    for (kind, operations) in expected {
      let accepted = Set(ControlOperation.allCases.filter(kind.accepts))
      #expect(accepted == operations.union([.queryCap]), "\(kind)")
    }
  }

  @Test func `an ordinary endpoint accepts no control operation`() {
    #expect(ControlOperation.allCases.filter(EndpointKind.generic.accepts).isEmpty)
  }

  @Test func `only the test root endpoint has the whole surface`() {
    let possible = ControlOperation.allCases.filter { !$0.isReserved }
    #expect(possible.allSatisfy(EndpointKind.testRoot.accepts))
    for kind in EndpointKind.allCases where kind != .testRoot {
      #expect(!possible.allSatisfy(kind.accepts))
    }
  }

  @Test func `every operation that is not reserved has a family`() {
    let homeless = ControlOperation.allCases.filter { operation in
      !EndpointKind.allCases.contains { $0 != .testRoot && $0.accepts(operation) }
    }
    #expect(homeless == [.createProcess, .capCopy])
  }

  @Test func `port families reach their ports and no neighbour`() {
    #expect(EndpointKind.com1.allowsPort(0x3F8) && EndpointKind.com1.allowsPort(0x3FF))
    #expect(!EndpointKind.com1.allowsPort(0x3F7) && !EndpointKind.com1.allowsPort(0x400))
    #expect(EndpointKind.i8042.allowsPort(0x60) && EndpointKind.i8042.allowsPort(0x64))
    #expect(!EndpointKind.i8042.allowsPort(0x61) && !EndpointKind.i8042.allowsPort(0x63))
    #expect(!EndpointKind.testRoot.allowsPort(0x3F8))
  }

  @Test func `family slots stand sixteen apart from 2128 on`() {
    let slots = RootSlot.allCases.filter { $0.rawValue >= 2128 }.map(\.rawValue)
    #expect(slots == (0..<23).map { 2128 + 16 * $0 })
    #expect(RootSlot.allCases.allSatisfy { $0.rawValue < CapSlot.defaultCount })
  }
}
