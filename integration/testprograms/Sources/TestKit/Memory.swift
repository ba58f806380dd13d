// Raw memory of the test programs: pages that a test mapped itself, its own code and data, and
// addresses that are meant to fault. The one file of the kit that leaves the safe language.

public import Runtime
public import Sys

/// Words of memory by address.
public enum Memory {
  /// An address of page 0, where nothing ever is.
  public static let absent: UInt64 = 8

  /// Reads a word; faults where a fault is what a test wants.
  @inline(never)
  public static func load(_ address: UInt64) -> UInt64 {
    // SAFETY: only makes a pointer; the load below has its own argument.
    guard let pointer = unsafe UnsafePointer<UInt64>(bitPattern: UInt(address)) else { return 0 }
    // SAFETY: the caller names a page that it mapped, or one whose fault another thread handles.
    return unsafe pointer.pointee
  }

  /// Writes a word; faults where a fault is what a test wants.
  @inline(never)
  public static func store(_ value: UInt64, at address: UInt64) {
    // SAFETY: only makes a pointer; the store below has its own argument.
    guard let pointer = unsafe UnsafeMutablePointer<UInt64>(bitPattern: UInt(address)) else {
      return
    }
    // SAFETY: the caller names a page that it mapped for its own use, or one whose fault another
    // thread handles.
    unsafe pointer.pointee = value
  }

  /// Jumps to an address and comes back if there is a `ret`.
  @inline(never)
  public static func execute(_ address: UInt64) {
    typealias Code = @convention(c) () -> Void
    // SAFETY: the caller put code there that returns, or another thread handles the fault.
    unsafe unsafeBitCast(UInt(address), to: Code.self)()
  }

  /// Calls a function of this program.
  static func run(_ address: UInt64, _ argument: UInt64) {
    typealias Function = @convention(c) (UInt64) -> Void
    // SAFETY: `address` came from `address(of:)`, and helpers have the same image where it was.
    unsafe unsafeBitCast(UInt(address), to: Function.self)(argument)
  }

  /// The handoff of the running root task.
  static func start(at address: UInt64) -> StartMemory? {
    // SAFETY: the caller passes the address that the kernel started the program with.
    unsafe StartMemory(unsafeAddress: address)
  }

  /// The IPC buffer in a page of the program's own.
  public static func buffer(at address: UInt64) -> MessageBuffer? {
    // SAFETY: the callers mapped the page for this and pass its address on to nobody else.
    unsafe MessageBuffer(unsafeAddress: address)
  }

  /// The address of a function, for the entry of a thread.
  public static func address(of function: @convention(c) (UInt64) -> Void) -> UInt64 {
    // SAFETY: a C function is the address of its first instruction, one word.
    UInt64(unsafe unsafeBitCast(function, to: UInt.self))
  }
}
