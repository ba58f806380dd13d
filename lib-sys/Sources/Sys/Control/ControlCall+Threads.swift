// Making objects and steering threads: docs/reference/control/objects.md, thread.md.

public import CapABI
import IPC

extension ControlCall {
  /// CREATE_ENDPOINT: makes an endpoint.
  public static func createEndpoint(into destination: CapSlot) -> ControlCall {
    ControlCall(.createEndpoint, MessageWords(UInt64(destination.rawValue)))
  }

  /// CREATE_RING_ENDPOINT: makes an endpoint that can queue notifications.
  public static func createRingEndpoint(into destination: CapSlot, entries: UInt64) -> ControlCall {
    ControlCall(.createRingEndpoint, MessageWords(UInt64(destination.rawValue), entries))
  }

  /// CREATE_NOTIFICATION: makes a notification.
  public static func createNotification(into destination: CapSlot) -> ControlCall {
    ControlCall(.createNotification, MessageWords(UInt64(destination.rawValue)))
  }

  /// CREATE_THREAD: makes a thread of a process.
  public static func createThread(of process: CapSlot, into destination: CapSlot) -> ControlCall {
    ControlCall(.createThread, MessageWords(pair(process, destination)))
  }

  /// START_THREAD: makes a thread ready at an instruction.
  public static func start(
    thread: CapSlot, entry: UInt64, stack: UInt64, argument: UInt64
  ) -> ControlCall {
    ControlCall(
      .startThread, MessageWords(UInt64(thread.rawValue), entry, stack, argument))
  }

  /// STOP_THREAD: stops a thread where it is.
  public static func stop(thread: CapSlot) -> ControlCall {
    ControlCall(.stopThread, MessageWords(UInt64(thread.rawValue)))
  }

  /// SET_THREAD_PRIORITY: 0 to 255, larger is more urgent.
  public static func setPriority(of thread: CapSlot, _ priority: UInt64) -> ControlCall {
    ControlCall(.setThreadPriority, MessageWords(UInt64(thread.rawValue), priority))
  }

  /// SET_THREAD_AFFINITY: bit n allows processor n.
  public static func setAffinity(of thread: CapSlot, _ mask: UInt64) -> ControlCall {
    ControlCall(.setThreadAffinity, MessageWords(UInt64(thread.rawValue), mask))
  }

  /// SET_SYSCALL_FILTER: the system calls that a process may use.
  public static func setFilter(of process: CapSlot, _ filter: UInt64) -> ControlCall {
    ControlCall(.setSyscallFilter, MessageWords(UInt64(process.rawValue), filter))
  }

  /// SET_THREAD_FS_BASE: the base of the FS segment.
  public static func setFSBase(of thread: CapSlot, _ base: UInt64) -> ControlCall {
    ControlCall(.setThreadFSBase, MessageWords(UInt64(thread.rawValue), base))
  }

  /// BIND_NOTIFICATION: a thread receives a notification beside its messages.
  ///
  /// Slot 0 ends the binding.
  public static func bind(notification: CapSlot, to thread: CapSlot) -> ControlCall {
    ControlCall(.bindNotification, MessageWords(pair(thread, notification)))
  }

  /// BIND_NOTIFICATION: a process's first thread receives a notification beside its messages.
  public static func bind(
    notification: CapSlot, toFirstThreadOf process: CapSlot
  ) -> ControlCall {
    ControlCall(.bindNotification, MessageWords(pair(process, notification), 1))
  }

  /// SET_THREAD_BUFFER: a frame becomes a thread's IPC buffer.
  ///
  /// Slot 0 takes the buffer away.
  public static func setBuffer(of thread: CapSlot, _ frame: CapSlot) -> ControlCall {
    ControlCall(.setThreadBuffer, MessageWords(pair(thread, frame)))
  }

  /// SET_THREAD_ENDPOINT: an endpoint in a thread's own CSpace gets a role.
  ///
  /// Role 0 hears of the thread's faults, role 1 is the one that the thread serves.
  public static func setEndpoint(
    of thread: CapSlot, _ endpoint: CapSlot, role: UInt64 = 0
  ) -> ControlCall {
    ControlCall(.setThreadEndpoint, MessageWords(pair(thread, endpoint), role))
  }

  /// SET_THREAD_PAGER: the endpoint that hears of a thread's page faults, in its own CSpace.
  public static func setPager(of thread: CapSlot, _ endpoint: CapSlot) -> ControlCall {
    ControlCall(.setThreadPager, MessageWords(pair(thread, endpoint)))
  }
}
