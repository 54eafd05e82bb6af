package fathom.conformance;

import static fathom.Tensors.zeros;

import fathom.memory.Native;

/**
 * A program whose stack overflows in each of the calls of an allocation, one after another. Exits with code 3 if it
 * receives anything but a {@link StackOverflowError}.
 */
final class StackEnds {
    private static int ended;

    private StackEnds() {}

    public static void main(String[] arguments) throws InterruptedException {
        zeros(3); // loads all classes
        var thread = new Thread(StackEnds::descend);
        thread.setUncaughtExceptionHandler((_, e) -> {
            e.printStackTrace();
            System.exit(3);
        });
        thread.start();
        thread.join();
        System.out.println(ended);
    }

    private static void descend() {
        try {
            descend();
        } catch (StackOverflowError e) {
            // the deepest frame; from here on, its callers
        }
        try {
            Native.free(Native.allocate(1000), 1000);
        } catch (StackOverflowError e) {
            ended++;
        }
    }
}
