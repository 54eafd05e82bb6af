package fathom.primitive;

/** A primitive that does not belong to this project: its backend comes with it. */
public interface Extension extends Computed {}
