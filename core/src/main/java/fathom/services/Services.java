package fathom.services;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Function;

/** Services on the module path and on the class path. One that fails to load is skipped with a warning. */
public final class Services {
    /** Maximum number of failing services that are skipped. */
    private static final int MAX_FAILURES = 100;

    private Services() {}

    /**
     * {@return an instance of each provider of the service}
     *
     * @param loaders the caller's, since its module must declare that it uses the service; in order of precedence
     * @param identity identifies providers; the first of equal ones is used
     */
    public static <S> List<S> load(Class<S> service, List<ServiceLoader<S>> loaders, Function<? super S, ?> identity) {
        var found = new ArrayList<S>();
        loaders.forEach(loader -> addAll(loader, service, identity, found));
        return found;
    }

    /** Adds the loader's new services that load. One that fails must not affect the others. */
    private static <S> void addAll(
            ServiceLoader<S> loader, Class<S> service, Function<? super S, ?> identity, List<S> found) {
        Iterator<S> services = loader.iterator();
        for (int failures = 0; failures < MAX_FAILURES; ) {
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
                warn(
                        "a service of %s is skipped, because it fails to load: %s"
                                .formatted(service.getName(), causes(e)));
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
