//! Workloads of net-wire: header, frame and routing codecs.
