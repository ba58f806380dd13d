// What a service, driver or program finds when it starts: its checked envelope, and the memory that
// the envelope names, as values. Whoever started it mapped that memory; nothing here maps.

public import Bootstrap
public import CapABI
import Handoff
public import Store
public import Sys

/// The start of a program that was given an envelope.
@safe public struct ProgramStart {
  private let envelopeBytes: StartMemory
  /// The fixed part of the envelope.
  public let info: EnvelopeInfo
  /// The first thread's IPC buffer.
  public let buffer: MessageBuffer
  /// Memory for tables; no bytes when the program has none.
  public var heap: Region

  /// Reads the envelope and checks it for a role.
  ///
  /// - Parameters:
  ///   - start: What the entry was called with.
  ///   - role: What the program was built as; nil for one that may have any program's number.
  /// - Throws: What is wrong with the envelope.
  /// - Safety: `start` is the address from the program's entry, and this is done once: heap and
  ///   buffer are this value's alone.
  @unsafe public init(unsafeStart start: UInt64, as role: RoleID?) throws(EnvelopeError) {
    // SAFETY: the caller passes on the address of the entry, as the initialiser demands.
    guard let memory = unsafe StartMemory(unsafeAddress: start) else {
      throw .format(.truncated(needed: 48, available: 0))
    }
    do { info = try StartEnvelope(decoding: memory.bytes).info } catch { throw .format(error) }
    guard role != nil || info.role.isProgram else {
      throw .wrongRole(found: info.role, expected: RoleID(rawValue: RoleID.firstProgram))
    }
    try StartEnvelope.check(memory.bytes, as: role ?? info.role)
    // SAFETY: the envelope was written by whoever mapped the page that it names, for this thread.
    guard let buffer = unsafe MessageBuffer(unsafeAddress: info.buffer) else {
      throw .format(.invalidValue(offset: 200, found: info.buffer))
    }
    let heapStart = info.heapSize == 0 ? info.buffer : info.heapBase
    // SAFETY: as the buffer: mapped for this program, and nothing else is told about it. Without a
    // heap the region has no bytes, and any address will do.
    guard
      let heap = unsafe Region(unsafeAddress: heapStart, byteCount: Int(clamping: info.heapSize))
    else { throw .format(.invalidValue(offset: 208, found: info.heapBase)) }
    envelopeBytes = memory
    self.buffer = buffer
    self.heap = heap
  }

  /// The envelope, to go through its capabilities.
  public var envelope: StartEnvelope? {
    @inline(__always)
    @_lifetime(borrow self)
    get { try? StartEnvelope(decoding: envelopeBytes.bytes) }
  }

  /// How many capabilities stand in a run of resources, from `StartupSlot.firstResource` on.
  public var resourceCount: UInt32 {
    guard let envelope else { return 0 }
    let capabilities = envelope.capabilities
    var count: UInt32 = 0
    for index in 0..<capabilities.count {
      let slot = capabilities[index]?.descriptor.slot.rawValue ?? 0
      if slot >= StartupSlot.firstResource, slot < StartupSlot.firstDynamic { count += 1 }
    }
    return count
  }
}
