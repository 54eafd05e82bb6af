package fathom.bench.measure;

/** Starts the process of a side. */
@FunctionalInterface
public interface Launcher {
    /**
     * {@return a new process that is ready for requests}
     *
     * @throws SideFailure if it does not start
     */
    SideProcess start();
}
