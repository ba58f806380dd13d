// The numbers of all operations, and what one-way operations must obey.

import IPC
import Testing

/// Operation numbers of a protocol, found by trying the labels of all blocks and beyond.
private func numbers<Operation: ServiceOperation>(_ type: Operation.Type) -> [UInt16] {
  (0x3F0...0x5FF).filter { Operation(rawValue: $0) != nil }
}

/// Numbers of the operations that may arrive by NOTIFY.
private func oneWay<Operation: ServiceOperation>(_ type: Operation.Type) -> [UInt16] {
  numbers(type).filter { number in
    switch Operation(rawValue: number)?.shape {
    case .oneWay, .callOrOneWay: true
    case .call, nil: false
    }
  }
}

/// Numbers whose request does not stay within the four message words.
private func long<Operation: ServiceOperation>(_ type: Operation.Type) -> [UInt16] {
  numbers(type).filter { (Operation(rawValue: $0)?.shape.request.maximumLength ?? 0) > 32 }
}

struct OperationNumberTests {
  @Test func `every operation has its number`() {
    #expect(numbers(ProcdOperation.self) == Array(0x400...0x40E))
    #expect(numbers(MemdOperation.self) == Array(0x410...0x417))
    #expect(numbers(VspacedOperation.self) == Array(0x420...0x427))
    #expect(numbers(PagerdOperation.self) == Array(0x430...0x435))
    #expect(numbers(NamedOperation.self) == Array(0x500...0x506))
    #expect(numbers(LogdOperation.self) == Array(0x510...0x513))
    #expect(numbers(CrashdOperation.self) == Array(0x520...0x522))
    #expect(numbers(TimedOperation.self) == Array(0x530...0x534))
    #expect(numbers(IrqdOperation.self) == Array(0x540...0x545))
    #expect(numbers(DevicedOperation.self) == Array(0x550...0x55C))
    #expect(numbers(ProbedOperation.self) == Array(0x560...0x562))
    #expect(numbers(HotplugdOperation.self) == Array(0x570...0x571))
    #expect(numbers(SerialdOperation.self) == Array(0x580...0x584))
    #expect(numbers(DrvSerialOperation.self) == Array(0x5A0...0x5A2))
  }

  @Test func `those who run the system have theirs`() {
    #expect(numbers(RootdOperation.self) == [0x3F0])
    #expect(numbers(CrashTestOperation.self) == [0x590])
    #expect(oneWay(RootdOperation.self) + oneWay(CrashTestOperation.self) == [])
    #expect(long(RootdOperation.self) + long(CrashTestOperation.self) == [])
  }

  @Test func `the published numbers are kept`() {
    #expect(ProcdOperation.spawnService.rawValue == 0x402)
    #expect(CrashdOperation.report.rawValue == 0x520)
    #expect(CrashdOperation.read.rawValue == 0x521)
    #expect(TimedOperation.nowMonotonic.rawValue == 0x530)
    #expect(TimedOperation.nowWall.rawValue == 0x531)
    #expect(TimedOperation.waitUntil.rawValue == 0x532)
    #expect(DrvSerialOperation.write.rawValue == 0x5A0)
    #expect(DrvSerialOperation.read.rawValue == 0x5A1)
    #expect(DrvSerialOperation.readStats.rawValue == 0x5A2)
  }

  @Test func `exactly these may travel one-way`() {
    #expect(oneWay(ProcdOperation.self) == [0x407, 0x409, 0x40C])
    #expect(oneWay(MemdOperation.self) == [])
    #expect(oneWay(VspacedOperation.self) == [])
    #expect(oneWay(PagerdOperation.self) == [])
    #expect(oneWay(NamedOperation.self) == [0x504])
    #expect(oneWay(LogdOperation.self) == [0x510])
    #expect(oneWay(CrashdOperation.self) == [0x520])
    #expect(oneWay(TimedOperation.self) == [])
    #expect(oneWay(IrqdOperation.self) == [0x543])
    #expect(oneWay(DevicedOperation.self) == [])
    #expect(oneWay(ProbedOperation.self) + oneWay(HotplugdOperation.self) == [])
    #expect(oneWay(SerialdOperation.self) + oneWay(DrvSerialOperation.self) == [])
  }

  @Test func `only cold requests, log lines and console text leave the registers`() {
    #expect(long(ProcdOperation.self) == [0x402])
    #expect(long(PagerdOperation.self) == [0x431])
    #expect(long(LogdOperation.self) == [0x510])
    #expect(long(MemdOperation.self) + long(VspacedOperation.self) == [])
    #expect(long(NamedOperation.self) + long(TimedOperation.self) == [])
    #expect(long(CrashdOperation.self) == [])
    #expect(long(IrqdOperation.self) + long(DevicedOperation.self) == [])
    #expect(long(ProbedOperation.self) + long(HotplugdOperation.self) == [])
    #expect(long(SerialdOperation.self) == [0x580, 0x582])
    #expect(long(DrvSerialOperation.self) == [0x5A0])
  }
}
