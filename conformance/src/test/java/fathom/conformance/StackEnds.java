package fathom.conformance;

import static fathom.Tensors.zeros;

import fathom.memory.Native;

/**
 * A program whose stack ends within each of the calls that an allocation makes, one after another. Ends with exit code
 * 3 where what reaches it is no {@link StackOverflowError}.
 */
final class StackEnds {
    private static int ended;

    private StackEnds() {}

    public static void main(String[] arguments) throws InterruptedException {
        zeros(3); // loads what there is to load
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
