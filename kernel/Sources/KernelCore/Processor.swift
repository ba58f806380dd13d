// What each processor has of its own. Not part of the state that the kernel lock protects.

/// One processor.
package struct Processor {
  /// The thread whose registers the processor has; nil while it idles.
  package internal(set) var current: Ref<Thread>?
  /// The process whose address space is loaded; kept while idling.
  var addressSpace: Ref<Process>?
  /// The number of the processor; 0 is the one that booted.
  package let number: UInt32
}
