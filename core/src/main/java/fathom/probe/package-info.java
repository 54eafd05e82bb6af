/** Where the door, the backward run, captured plans and the allocator tell what they do, if anybody listens. */
package fathom.probe;
