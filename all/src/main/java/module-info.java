/** All of Fathom: {@code import module fathom;} gives a program the whole public API. */
module fathom {
    requires transitive fathom.core;
    requires transitive fathom.data;
    requires transitive fathom.distributed;
    requires transitive fathom.interop;
    requires transitive fathom.nn;
    requires transitive fathom.optim;
    requires transitive fathom.plot;
    requires transitive fathom.text;
    requires transitive fathom.train;
    requires transitive fathom.vision;
}
