// Kernels that are no kernels.

import BootCore
import BootCoreTesting
import Testing

struct KernelRefusalTests {
  private func expect(_ reason: String, _ change: (inout SampleKernel) -> Void) throws {
    var kernel = SampleKernel()
    change(&kernel)
    let outcome = boot(try validMachine(SampleImage(kernel: kernel.file)))
    #expect(outcome.record.lines.last == "ERIX_BOOTLOADER:FAIL:KERNEL_\(reason)")
    #expect(outcome.record.entered == nil)
  }

  @Test func `another processor`() throws {
    try expect("MACHINE") { $0.machine = 183 }
  }

  @Test func `a segment to write and execute`() throws {
    try expect("WX") { $0.segments[0].flags = 7 }
  }

  @Test func `overlapping segments`() throws {
    try expect("SEGMENT_OVERLAP") { $0.segments[0].memorySize = 0x1001 }
  }

  @Test func `an entry outside the code`() throws {
    try expect("ENTRY") { $0.entry = SampleKernel.base + 0x1000 }
    try expect("ENTRY") { $0.entry = 0x1000 }
  }

  @Test func `addresses in the lower half`() throws {
    try expect("OUTSIDE_WINDOW") { kernel in
      kernel.entry = 0x40_0000
      for index in 0..<3 { kernel.segments[index].address = 0x40_0000 + UInt64(index) * 0x1000 }
    }
  }

  @Test func `a kernel above the size limit`() throws {
    try expect("TOO_LARGE") { $0.segments[2].memorySize = 0x400_0000 }
  }

  @Test func `a file that is no executable`() throws {
    let outcome = boot(try validMachine(SampleImage(kernel: Array(repeating: 0, count: 100))))
    #expect(outcome.record.lines.last == "ERIX_BOOTLOADER:FAIL:KERNEL_NOT_ELF")
  }

  @Test func `a file shorter than a header`() throws {
    let outcome = boot(try validMachine(SampleImage(kernel: [0x7F])))
    #expect(outcome.record.lines.last == "ERIX_BOOTLOADER:FAIL:KERNEL_TRUNCATED")
  }
}
