package fathom.services;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Function;

/** Services on the module path and on the class path. One that does not load is left out, with a warning. */
public final class Services {
    /** Services that do not load are left out up to this number. */
    private static final int MOST_FAILURES = 100;

    private Services() {}

    /**
     * {@return an instance of each provider of the service}
     *
     * @param loaders the caller's, since its module must declare that it uses the service; the first come first
     * @param identity tells providers apart; of equal ones the first counts
     */
    public static <S> List<S> load(Class<S> service, List<ServiceLoader<S>> loaders, Function<? super S, ?> identity) {
        var found = new ArrayList<S>();
        loaders.forEach(loader -> addAll(loader, service, identity, found));
        return found;
    }

    /** Adds those of the loader that load and are new. One that does not load must not keep the others from serving. */
    private static <S> void addAll(
            ServiceLoader<S> loader, Class<S> service, Function<? super S, ?> identity, List<S> found) {
        Iterator<S> services = loader.iterator();
        for (int failures = 0; failures < MOST_FAILURES; ) {
            try {
                if (!services.hasNext()) {
                    return;
                }
                S s = services.next();
                Object id = identity.apply(s);
                if (found.stream().noneMatch(f -> identity.apply(f).equals(id))) {
                    found.add(s);
                }
            } catch (ServiceConfigurationError | LinkageError | RuntimeException e) {
                failures++;
                warn("a service of %s is left out, since it does not load: %s".formatted(service.getName(), causes(e)));
            }
        }
    }

    /** {@return an exception and its causes, in one line} */
    public static String causes(Throwable e) {
        Throwable cause = e.getCause();
        return cause == null || cause == e ? String.valueOf(e) : e + ", caused by " + causes(cause);
    }

    private static void warn(String text) {
        System.getLogger(Services.class.getName()).log(System.Logger.Level.WARNING, text);
    }
}
